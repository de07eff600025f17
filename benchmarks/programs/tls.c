/* tls.c - reading a thread-local variable of a library, against the same library under dlopen.
 *
 * usage: tls LIBRARY SAMPLES
 *
 * LIBRARY's read_many(n) reads its variable n times, by whatever model it was compiled with. */
#include "bench.h"

enum { READS = 1000000 };

static double read_ns(long (*read_many)(long)) {
    double start = now_ns();
    read_many(READS);
    return (now_ns() - start) / READS;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    void *space = isolde_dlopen(isolde_space_new(NULL, NULL), argv[1], RTLD_NOW);
    require(space, argv[1], isolde_dlerror());
    void *plain = require(dlopen(argv[1], RTLD_NOW), argv[1], dlerror());
    long (*ours)(long) = (long (*)(long))isolde_dlsym(space, "read_many");
    long (*peer)(long) = (long (*)(long))dlsym(plain, "read_many");
    ours(10);
    peer(10);
    for (int i = 0; i < atoi(argv[2]); i++) {
        double a = read_ns(ours);
        print_pair("thread-local read", a, read_ns(peer), "ns");
    }
}
