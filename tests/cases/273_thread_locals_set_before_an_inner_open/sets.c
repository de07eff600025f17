#include <dlfcn.h>
#include <stddef.h>

static __thread int written = 1;

__attribute__((constructor)) static void begin(void) {
    written = 5;
    if (dlopen("libcounter.so", RTLD_NOW) == NULL || dlopen("libstatic.so", RTLD_NOW) == NULL)
        written = -1;
}

int value(void) { return written; }
