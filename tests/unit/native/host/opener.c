/* An object of the host that opens files, which it finds by its own DT_RUNPATH. */
#include <dlfcn.h>

void *opener(const char *file) { return dlopen(file, RTLD_NOW); }
void *opener_symbol(void *handle, const char *name) { return dlsym(handle, name); }
const char *opener_error(void) { return dlerror(); }
