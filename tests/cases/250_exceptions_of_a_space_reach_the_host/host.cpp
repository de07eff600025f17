#include "../spaces.h"
#include "fault.hpp"

typedef void thrower(void);

static void by_type(thrower *throw_fault) {
    try {
        throw_fault();
    } catch (const fault &error) {
        fault copy = error;
        printf("  by type: %s, %d, %d alive\n", copy.what(), copy.code, *copy.alive);
    }
}

static void by_base(thrower *throw_fault) {
    try {
        throw_fault();
    } catch (const std::exception &error) {
        printf("  by base: %s\n", error.what());
    }
}

static void by_dots(thrower *throw_fault) {
    try {
        throw_fault();
    } catch (const std::bad_alloc &) {
        puts("  as something else");
    } catch (...) {
        puts("  by dots");
    }
}

static void others(thrower *throw_int, thrower *throw_bad_alloc) {
    try {
        throw_int();
    } catch (int number) {
        printf("  int %d\n", number);
    }
    try {
        throw_bad_alloc();
    } catch (const std::bad_alloc &error) {
        printf("  %s\n", error.what());
    }
}

int main() {
    in_both_kinds("./libthrower.so", [](const char *kind, void *library) {
        puts(kind);
        thrower *throw_fault = function_of<thrower>(library, "throw_fault");
        by_type(throw_fault);
        by_base(throw_fault);
        by_dots(throw_fault);
        others(function_of<thrower>(library, "throw_int"),
               function_of<thrower>(library, "throw_bad_alloc"));
        printf("  left alive %d\n", *function_of<int *()>(library, "faults_alive")());
    });
}
