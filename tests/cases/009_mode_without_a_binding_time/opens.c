#include <dlfcn.h>
#include <stddef.h>

int refused(void) { return dlopen("./libn.so", RTLD_GLOBAL) == NULL && dlerror() != NULL; }
