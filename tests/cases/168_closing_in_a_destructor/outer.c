#include <dlfcn.h>
#include <stdio.h>

static void *inner;

__attribute__((constructor)) static void start(void) { inner = dlopen("./libinner.so", RTLD_NOW); }

__attribute__((destructor)) static void end(void) {
    puts("outer ends");
    dlclose(inner);
}
