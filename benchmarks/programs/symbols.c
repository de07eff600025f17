/* symbols.c - dlsym in a library of many symbols, against glibc's.
 *
 * usage: symbols LIBRARY SAMPLES NAME...
 *
 * A sample looks every NAME up, by both, alternately. */
#include "bench.h"

static double look_up_ours(void *handle, char **names, int count) {
    double start = now_ns();
    for (int i = 0; i < count; i++)
        require(isolde_dlsym(handle, names[i]), names[i], "not found");
    return (now_ns() - start) / count;
}

static double look_up_peer(void *handle, char **names, int count) {
    double start = now_ns();
    for (int i = 0; i < count; i++)
        require(dlsym(handle, names[i]), names[i], "not found");
    return (now_ns() - start) / count;
}

int main(int argc, char **argv) {
    if (argc < 4)
        return 2;
    void *ours = isolde_dlopen(isolde_space_new(NULL, NULL), argv[1], RTLD_NOW);
    require(ours, argv[1], isolde_dlerror());
    void *peer = require(dlopen(argv[1], RTLD_NOW | RTLD_LOCAL), argv[1], dlerror());
    for (int i = 0; i <= atoi(argv[2]); i++) {
        double a = look_up_ours(ours, argv + 3, argc - 3);
        double b = look_up_peer(peer, argv + 3, argc - 3);
        if (i > 0) /* the first touches every table */
            print_pair("dlsym", a, b, "ns");
    }
}
