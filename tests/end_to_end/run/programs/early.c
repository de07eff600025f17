/* A library whose constructor runs before those of libisolde.so. */
#include "../check.h"

static void *handle, *base;

__attribute__((constructor)) static void begin(void) {
    base = dlopen("./libfirst.so", RTLD_NOW);
    check(dlsym(base, "no such thing") == NULL && dlerror() != NULL);
    handle = open_new("./libopener.so");
    check(id_of(handle) != LM_ID_BASE);
    void *(*open_plain)(const char *) = (void *(*)(const char *))dlsym(handle, "open_plain");
    check(call(open_plain("libinner.so"), "next") == 1);
    check(dlmopen(LM_ID_NEWLM, "./no-such.so", RTLD_NOW) == NULL && dlerror() != NULL);
}

long opened_early(void) { return handle != NULL && base != NULL && id_of(handle) > 0; }
