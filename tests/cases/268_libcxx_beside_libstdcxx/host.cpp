#include "../spaces.h"

#include <stdexcept>

static const int caught_by_type = 7;

/* What happens instead depends on how libc++ was built: `...` catches it, or, where libc++ has an
 * unwinder of its own, the process ends. */
static void try_to_catch(void *library) {
    try {
        run(library, "throw_error");
    } catch (const std::exception &) {
        _exit(caught_by_type);
    } catch (...) {
        _exit(0);
    }
}

int main() {
    in_both_kinds("./libother.so", [](const char *kind, void *library) {
        printf("%s: catches its own %d\n", kind, number(library, "catches_its_own"));
        int *made = function_of<int *()>(library, "make")();
        printf("  memory crosses: %d\n", *made);
        delete made;
        function_of<void(FILE *)>(library, "write_to")(stdout);
        int status = status_of([=] { try_to_catch(library); });
        bool caught = WIFEXITED(status) && WEXITSTATUS(status) == caught_by_type;
        printf("  caught by type in the host: %d\n", caught);
    });
}
