#include "loader.h"

enum { FOUND_ONLY = RTLD_NOW | RTLD_NOLOAD };

int main(void) {
    void *(*open_plugin)(void) =
        found(dlopen_in(the_space(), "./libjumps.so", RTLD_NOW), "open_plugin");
    printf("opened %d\n", open_plugin() != NULL);
    printf("in the space %d\n", dlopen_in(the_space(), "./libplugin.so", FOUND_ONLY) != NULL);
    printf("in the host %d\n", host_dlopen("./libplugin.so", FOUND_ONLY) != NULL);
}
