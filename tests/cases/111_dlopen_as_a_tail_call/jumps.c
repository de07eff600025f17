#include <dlfcn.h>

void *open_plugin(void) { return dlopen("./libplugin.so", RTLD_NOW); }
