/* throw.c - what a C++ exception costs: one answer in nanoseconds for each line on standard input.
 *
 * usage: throw LIBRARY [SPACES]
 *
 * Compiled with THROUGH_ISOLDE, SPACES spaces hold the library and the one in the middle throws;
 * that one has a libstdc++ of its own, the others share the host's, for 5,000 copies would not fit
 * in the kernel's table of mappings.  Compiled without, the library is opened by dlopen and nothing
 * of Isolde is in the process. */
#ifdef THROUGH_ISOLDE
#include "bench.h"

static void *open_thrower(const char *library, int spaces) {
    static const char *const shared[] = {"libstdc++.so.6", NULL};
    const struct isolde_options sharing = {.size = sizeof sharing, .shared = shared};
    void *thrower = NULL;
    for (int i = 0; i < spaces; i++) {
        isolde_space *space = isolde_space_new(NULL, i == spaces / 2 ? NULL : &sharing);
        void *handle = isolde_dlopen(space, library, RTLD_NOW);
        require(handle, library, isolde_dlerror());
        if (i == spaces / 2)
            thrower = isolde_dlsym(handle, "throw_many");
    }
    return thrower;
}
#else
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void *open_thrower(const char *library, int spaces) {
    (void)spaces;
    return dlsym(dlopen(library, RTLD_NOW), "throw_many");
}
#endif

enum { THROWS = 2000 };

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    void (*throw_many)(int) = (void (*)(int))open_thrower(argv[1], argc > 2 ? atoi(argv[2]) : 0);
    throw_many(THROWS);
    for (int c; (c = getchar()) != EOF;) {
        if (c != '\n')
            continue;
        double start = now_ns();
        throw_many(THROWS);
        printf("%.2f\n", (now_ns() - start) / THROWS);
        fflush(stdout);
    }
}
