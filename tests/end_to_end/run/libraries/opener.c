/* Opens other libraries; linked with a run path of its own. */
#define _GNU_SOURCE
#include <dlfcn.h>

void *open_plain(const char *name) { return dlopen(name, RTLD_NOW); }
void *open_in_new(const char *name) { return dlmopen(LM_ID_NEWLM, name, RTLD_NOW); }
void *open_in_base(const char *name) { return dlmopen(LM_ID_BASE, name, RTLD_NOW); }
void *find_next(const char *name) { return dlsym(RTLD_NEXT, name); }
void *find_default(const char *name) { return dlsym(RTLD_DEFAULT, name); }
