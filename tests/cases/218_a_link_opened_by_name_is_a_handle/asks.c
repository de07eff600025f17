#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

/* From inside: the handle, its place, and what it is not: visible without having been asked for. */
int ask(void) {
    void *handle = dlopen("libbase.so", RTLD_NOW);
    int (*next)(void) = handle ? (int (*)(void))dlsym(handle, "next") : NULL;
    Lmid_t lmid = 0, own = 0;
    struct link_map *map = NULL;
    dlinfo(handle, RTLD_DI_LMID, &lmid);
    dlinfo(dlopen(NULL, RTLD_NOW), RTLD_DI_LMID, &own);
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    Dl_info info;
    dladdr((void *)next, &info);
    printf("inside: %d, another space's %d, at its base %d, by default %d\n", next ? next() : -1,
           lmid != own, map != NULL && info.dli_fbase == (void *)map->l_addr,
           dlsym(RTLD_DEFAULT, "next") != NULL);
    return dlclose(handle);
}
