/* lazy.c - the first call of a function through a lazily bound PLT slot, against glibc's.
 *
 * usage: lazy LIBRARY CHILDREN
 *
 * LIBRARY's call_all calls a number of functions of the library it needs, through the PLT.  The
 * first round binds, the second does not: the difference is the binding. */
#include "bench.h"

enum { PAIRS = 4 };

static double binding_ns(int (*call_all)(void)) {
    double start = now_ns();
    int calls = call_all();
    double first = now_ns() - start;
    start = now_ns();
    call_all();
    return (first - (now_ns() - start)) / calls;
}

static double ours(const char *library) {
    void *handle = isolde_dlopen(isolde_space_new(NULL, NULL), library, RTLD_LAZY);
    require(handle, library, isolde_dlerror());
    return binding_ns((int (*)(void))require(isolde_dlsym(handle, "call_all"), "call_all", NULL));
}

static double peer(const char *library) {
    void *handle = require(dlmopen(LM_ID_NEWLM, library, RTLD_LAZY), library, dlerror());
    return binding_ns((int (*)(void))require(dlsym(handle, "call_all"), "call_all", NULL));
}

static void measure(void *library) {
    for (int i = 0; i < PAIRS; i++) {
        double a = ours(library);
        print_pair("lazy binding of a function", a, peer(library), "ns");
    }
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    for (int i = 0; i < atoi(argv[2]); i++)
        in_child(measure, argv[1]);
}
