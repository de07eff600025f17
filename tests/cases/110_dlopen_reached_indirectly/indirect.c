#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

typedef void *opener(const char *, int);

static opener *const in_data = dlopen;

/* What came back is used, so that no compiler turns the call into a jump. */
static int opens(opener *open) {
    void *plugin = open == NULL ? NULL : open("libplugin.so", RTLD_NOW | RTLD_NOLOAD);
    return plugin != NULL && dlclose(plugin) == 0;
}

int hold(void) { return dlopen("libplugin.so", RTLD_NOW) != NULL; }
int by_pointer(void) { return opens(in_data); }
int by_dlsym(void) { return opens((opener *)dlsym(RTLD_DEFAULT, "dlopen")); }
int by_next(void) { return opens((opener *)dlsym(RTLD_NEXT, "dlopen")); }
int by_libdl(void) {
    void *libdl = dlopen("libdl.so.2", RTLD_NOW);
    return libdl != NULL && opens((opener *)dlsym(libdl, "dlopen"));
}
int by_libc(void) {
    void *libc = dlopen("libc.so.6", RTLD_NOW);
    return libc != NULL && opens((opener *)dlsym(libc, "dlopen"));
}
