/* A plugin that opens another one. */
#include <dlfcn.h>

void *open_counter(void) { return dlopen("./libcounter.so", RTLD_NOW); }
