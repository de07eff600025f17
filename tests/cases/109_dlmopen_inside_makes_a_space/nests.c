#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

static int next(void *library) { return ((int (*)(void))dlsym(library, "next"))(); }

int nested(void) {
    void *here = dlopen("libcount.so", RTLD_NOW);
    void *there = dlmopen(LM_ID_NEWLM, "libcount.so", RTLD_NOW);
    if (here == NULL || there == NULL || here == there)
        return -1;
    next(here);
    next(here);
    int result = next(here) * 10 + next(there);
    Lmid_t own, other;
    if (dlinfo(here, RTLD_DI_LMID, &own) != 0 || dlinfo(there, RTLD_DI_LMID, &other) != 0)
        return -2;
    void *again = dlmopen(other, "libcount.so", RTLD_NOW);
    return own == other || again != there ? -3 : result * 10 + next(again);
}
