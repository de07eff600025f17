/* For LD_PRELOAD: tells each open, and hands it on. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

void *dlopen(const char *file, int mode) {
    printf("dlopen %s\n", file);
    return ((void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen"))(file, mode);
}

void *dlmopen(Lmid_t id, const char *file, int mode) {
    printf("dlmopen %s\n", id == LM_ID_BASE ? "base" : "new");
    return ((void *(*)(Lmid_t, const char *, int))dlsym(RTLD_NEXT, "dlmopen"))(id, file, mode);
}
