#include <stdio.h>

#include "isolde.h"

int main(void) {
    isolde_space *space = isolde_space_new("jumps", NULL);
    void *(*open_plugin)(void) =
        isolde_dlsym(isolde_dlopen(space, "./libjumps.so", RTLD_NOW), "open_plugin");
    printf("opened %d\n", open_plugin() != NULL);
    printf("in the space %d\n", isolde_space_symbol(space, "next") != NULL);
    printf("in the host %d\n", dlopen("./libplugin.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
}
