/* open.c - one more space of a library, and closing it, against dlmopen and dlclose.
 *
 * usage: open LIBRARY CHILDREN
 *
 * glibc gives a process at most a dozen namespaces, so each child makes PAIRS of both kinds,
 * alternately, after one of each that is not counted and two that have rows of their own: Isolde
 * then records what it replays from the fourth on. */
#include "bench.h"

enum { PAIRS = 4, OPENS = 3 + PAIRS };

struct opened {
    isolde_space *space;
    void *peer;
    double ours_ns, peer_ns;
};

static void open_ours(const char *library, struct opened *o) {
    double start = now_ns();
    o->space = isolde_space_new(NULL, NULL);
    void *handle = isolde_dlopen(o->space, library, RTLD_NOW);
    o->ours_ns = now_ns() - start;
    require(handle, library, isolde_dlerror());
}

static void open_peer(const char *library, struct opened *o) {
    double start = now_ns();
    o->peer = dlmopen(LM_ID_NEWLM, library, RTLD_NOW);
    o->peer_ns = now_ns() - start;
    require(o->peer, library, dlerror());
}

static void open_both(const char *library, struct opened *o, int ours_first) {
    if (ours_first)
        open_ours(library, o);
    open_peer(library, o);
    if (!ours_first)
        open_ours(library, o);
}

static void close_both(struct opened *o) {
    double start = now_ns();
    isolde_space_close(o->space);
    o->ours_ns = now_ns() - start;
    start = now_ns();
    dlclose(o->peer);
    o->peer_ns = now_ns() - start;
}

/* glibc keeps what is DF_1_NODELETE or defines unique symbols, and then does nothing. */
static int peer_keeps(const char *library) {
    void *handle = require(dlmopen(LM_ID_NEWLM, library, RTLD_NOW), library, dlerror());
    Lmid_t id = LM_ID_BASE;
    dlinfo(handle, RTLD_DI_LMID, &id);
    dlclose(handle);
    return dlmopen(id, library, RTLD_NOW | RTLD_NOLOAD) != NULL;
}

static void measure(void *library) {
    static const char *const names[] = {"the second space", "the third space", "one more space"};
    struct opened opened[OPENS];
    const char *closing = peer_keeps(library) ? "close it (glibc does not)" : "close it";
    for (int i = 0; i < OPENS; i++) {
        open_both(library, &opened[i], i % 2);
        if (i > 0)
            print_pair(names[i < 3 ? i - 1 : 2], opened[i].ours_ns / 1e3, opened[i].peer_ns / 1e3,
                       "us");
    }
    for (int i = OPENS - 1; i > 0; i--) {
        close_both(&opened[i]);
        print_pair(closing, opened[i].ours_ns / 1e3, opened[i].peer_ns / 1e3, "us");
    }
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    for (int i = 0; i < atoi(argv[2]); i++)
        in_child(measure, argv[1]);
}
