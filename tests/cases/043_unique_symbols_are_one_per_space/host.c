#include <stdio.h>

#include "isolde.h"

static int enter_in(void *library) { return ((int (*)(void))isolde_dlsym(library, "enter"))(); }

int main(void) {
    void *hosts = dlopen("./libone.so", RTLD_NOW | RTLD_GLOBAL);
    int (*enter)(void) = (int (*)(void))dlsym(hosts, "enter");
    enter();
    void *first = isolde_dlopen(isolde_space_new("first", NULL), "./libone.so", RTLD_NOW);
    void *second = isolde_dlopen(isolde_space_new("second", NULL), "./libone.so", RTLD_NOW);
    printf("first %d\n", enter_in(first));
    printf("second %d\n", enter_in(second));
    printf("first again %d\n", enter_in(first));
    printf("host %d\n", enter());
}
