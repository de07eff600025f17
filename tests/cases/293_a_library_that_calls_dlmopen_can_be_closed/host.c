#include "loader.h"

int main(void) {
    void *plugin = host_dlopen("./libplugin.so", RTLD_NOW);
    void *(*make_namespace)(void) = (void *(*)(void))host_dlsym(plugin, "make_namespace");
    void *handle = make_namespace();
    printf("opened %d\n", handle != NULL);
    dlclose(plugin);
    printf("%d\n", ((int (*)(int, int))found(handle, "add"))(3, 4));
    printf("closed %d\n", dlclose(handle));
}
