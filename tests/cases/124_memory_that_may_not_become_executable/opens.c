#include <dlfcn.h>

/* An image that opens others needs an entry that knows it. */
void *open_self(void) { return dlopen("libopens.so", RTLD_NOW); }
