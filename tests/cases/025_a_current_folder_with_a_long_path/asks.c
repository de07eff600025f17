#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

int origin(const char *file, char *folder) {
    void *handle = dlopen(file, RTLD_NOW);
    return handle != NULL ? dlinfo(handle, RTLD_DI_ORIGIN, folder) : 1;
}
