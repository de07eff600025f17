#include "../spaces.h"

#include <exception>
#include <new>

int main() {
    std::set_new_handler([] { throw std::bad_alloc(); });
    std::set_terminate([] {
        puts("  the host's handler");
        fflush(stdout);
        _exit(0);
    });
    in_both_kinds("./libends.so", [](const char *kind, void *library) {
        printf("%s: new handler %d\n", kind, number(library, "has_new_handler"));
        ends("  terminate", [=] { run(library, "throw_int"); });
    });
}
