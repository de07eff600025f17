#include <dlfcn.h>
#include <stdio.h>

static void *held;

__attribute__((constructor)) static void start(void) { held = dlopen("libadd.so", RTLD_NOW); }

__attribute__((destructor)) static void end(void) {
    int (*add)(int, int) = (int (*)(int, int))dlsym(held, "add");
    printf("found %d\n", add != NULL && add(2, 3) == 5);
    printf("dlclose %d\n", dlclose(held));
}
