#include <dlfcn.h>
#include <stdio.h>

static void *plugin;

__attribute__((constructor)) static void begin(void) {
    dlclose(dlopen("libplugin.so", RTLD_NOW));
    plugin = dlopen("libplugin.so", RTLD_NOW);
    puts("opener constructor");
}
__attribute__((destructor)) static void end(void) {
    puts("opener destructor");
    dlclose(plugin);
}

int plugged(void) { return ((int (*)(void))dlsym(plugin, "plug"))(); }
