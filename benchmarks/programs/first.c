/* first.c - the first space of a process with a library in it, against a plain dlopen.
 *
 * usage: first LIBRARY SAMPLES [ROW]
 *
 * Every sample is taken in a child of its own: whatever either loader does once is counted.  With
 * ISOLDE_CACHE in the environment all but the first child find what another has left. */
#include "bench.h"

static double open_ours(void *library) {
    double start = now_ns();
    void *handle = isolde_dlopen(isolde_space_new(NULL, NULL), library, RTLD_NOW);
    double taken = now_ns() - start;
    require(handle, library, isolde_dlerror());
    return taken;
}

static double open_peer(void *library) {
    double start = now_ns();
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    double taken = now_ns() - start;
    require(handle, library, dlerror());
    return taken;
}

int main(int argc, char **argv) {
    if (argc != 3 && argc != 4)
        return 2;
    from_child(open_ours, argv[1]);
    for (int i = 0; i < atoi(argv[2]); i++) {
        double ours = from_child(open_ours, argv[1]);
        print_pair(argc == 4 ? argv[3] : "first open", ours / 1e3,
                   from_child(open_peer, argv[1]) / 1e3, "us");
    }
}
