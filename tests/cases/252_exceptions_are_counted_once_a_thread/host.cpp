#include "../spaces.h"

#include <exception>
#include <stdexcept>

typedef void thrower(void);

static void count(const char *when, void *library) {
    printf("  %s: %d under way here, %d there\n", when, std::uncaught_exceptions(),
           number(library, "under_way"));
}

static void caught_here(void *library, void *other) {
    try {
        function_of<thrower>(library, "throw_it")();
    } catch (const std::exception &) {
        printf("  in destructor %d\n", number(library, "in_destructor"));
        count("handler", library);
        printf("  handled there %d, translated %d, by a third %d\n", number(library, "handles_one"),
               number(library, "translate"), number(other, "translate"));
    }
    count("after", library);
}

static void thrown_here(void *library) {
    try {
        throw 3;
    } catch (...) {
        printf("  the host's is translated %d\n", number(library, "translate"));
    }
    count("after", library);
}

int main() {
    void *other = opened_in(PRIVATE, "./libaccount.so");
    in_both_kinds("./libaccount.so", [=](const char *kind, void *library) {
        ends(kind, [=] {
            puts(kind);
            caught_here(library, other);
            thrown_here(library);
        });
    });
}
