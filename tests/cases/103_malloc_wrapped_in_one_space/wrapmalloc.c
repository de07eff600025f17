#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

int mallocs;

void *malloc(size_t size) {
    void *(*next)(size_t) = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    mallocs++;
    return next(size);
}
