#include "../spaces.h"

#include <exception>
#include <stdexcept>

int main() {
    in_both_kinds("./libinside.so", [](const char *kind, void *library) {
        puts(kind);
        try {
            run(library, "throw_it");
        } catch (const std::runtime_error &error) {
            printf("  caught %s\n", error.what());
            printf("  handles one there %d\n", number(library, "handles_one"));
            ends("  translate", [=] { printf("  %d\n", number(library, "translate")); });
        }
        printf("  under way %d here, %d there\n", std::uncaught_exceptions(),
               number(library, "under_way"));
    });
}
