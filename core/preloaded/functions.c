/* functions.c - libisolde-preload.so: dlmopen and its family, for a program that knows nothing of
 * Isolde.
 *
 *     LD_PRELOAD=.../libisolde-preload.so ./engine
 *
 * What is Isolde's business goes to libisolde.so, everything else to the next definition of the
 * name.  Functions that look at who calls them (dlopen, dlsym with RTLD_NEXT) are handed on by a
 * jump, so that the next one sees the program as its caller: x86_64.S.
 *
 * Any of these may be called before this library's constructor has run, by another's. */
#include "preload.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Read by x86_64.S. */
__attribute__((visibility("hidden"))) void *next_dlopen, *next_dlmopen, *next_dlsym, *next_dlvsym;
__attribute__((visibility("hidden"))) const struct isolde_preload *isolde;

static int (*next_dlclose)(void *handle);
static char *(*next_dlerror)(void);
static int (*next_dlinfo)(void *handle, int request, void *answer);
static int (*next_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
static size_t static_tls; /* the reserve, which lies on every thread's stack */

/* glibc keeps DEFAULT bytes by itself. */
static size_t reserve(void) {
    static const char tunable[] = "glibc.rtld.optional_static_tls=";
    enum { DEFAULT = 512 };
    const char *tunables = getenv("GLIBC_TUNABLES");
    const char *found = tunables ? strstr(tunables, tunable) : NULL;
    size_t bytes = found ? strtoul(found + sizeof tunable - 1, NULL, 0) : 0;
    return bytes > DEFAULT ? bytes - DEFAULT : 0;
}

/* Threads that come at the same time all write the same. */
__attribute__((visibility("hidden"))) void preload_start(void) {
    const struct isolde_preload *core = isolde_preload();
    void *(*find)(void *, const char *) = core->libc_dlsym;
    next_dlopen = find(RTLD_NEXT, "dlopen");
    next_dlmopen = find(RTLD_NEXT, "dlmopen");
    next_dlsym = find(RTLD_NEXT, "dlsym");
    next_dlvsym = find(RTLD_NEXT, "dlvsym");
    next_dlclose = (int (*)(void *))find(RTLD_NEXT, "dlclose");
    next_dlerror = (char *(*)(void))find(RTLD_NEXT, "dlerror");
    next_dlinfo = (int (*)(void *, int, void *))find(RTLD_NEXT, "dlinfo");
    next_create = (int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))find(
        RTLD_NEXT, "pthread_create");
    static_tls = reserve();
    __atomic_store_n(&isolde, core, __ATOMIC_RELEASE);
}

static const struct isolde_preload *core(void) {
    if (__atomic_load_n(&isolde, __ATOMIC_ACQUIRE) == NULL)
        preload_start();
    return isolde;
}

/* Called by x86_64.S for what is not to be handed on: ours, decided there by `owns`. */
__attribute__((visibility("hidden"))) void *preload_dlsym(void *handle, const char *symbol) {
    return isolde->dlsym(handle, symbol);
}

__attribute__((visibility("hidden"))) void *preload_dlvsym(void *handle, const char *symbol,
                                                           const char *version) {
    return isolde->dlvsym(handle, symbol, version);
}

__attribute__((visibility("hidden"))) void *preload_dlmopen(Lmid_t id, const char *file, int mode,
                                                            const void *caller) {
    return isolde->dlmopen(id, file, mode, caller);
}

/* Whether HANDLE is Isolde's; if not, dlerror is about to be glibc's. */
__attribute__((visibility("hidden"))) bool preload_owns(const void *handle) {
    if (core()->owns(handle))
        return true;
    isolde->forget_error();
    return false;
}

ISOLDE_API int dlclose(void *handle) {
    return preload_owns(handle) ? isolde->dlclose(handle) : next_dlclose(handle);
}

ISOLDE_API char *dlerror(void) {
    char *message = core()->dlerror();
    return message != NULL ? message : next_dlerror();
}

ISOLDE_API int dlinfo(void *handle, int request, void *answer) {
    return preload_owns(handle) ? isolde->dlinfo(handle, request, answer)
                                : next_dlinfo(handle, request, answer);
}

ISOLDE_API int dladdr(const void *address, Dl_info *info) { return core()->dladdr(address, info); }

ISOLDE_API int dladdr1(const void *address, Dl_info *info, void **extra, int flags) {
    return core()->dladdr1(address, info, extra, flags);
}

ISOLDE_API int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data) {
    return core()->dl_iterate_phdr(visit, data);
}

/* The reserve must not be taken from the stack that the program has asked for. */
ISOLDE_API int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                              void *(*start)(void *), void *argument) {
    pthread_attr_t wider;
    void *stack;
    size_t size;
    core();
    bool sized = attributes != NULL && static_tls != 0 &&
                 pthread_attr_getstack(attributes, &stack, &size) == 0 && size != 0 &&
                 (uintptr_t)stack + size == 0; /* an address was not set */
    if (!sized)
        return next_create(thread, attributes, start, argument);
    wider = *attributes;
    pthread_attr_setstacksize(&wider, size + static_tls);
    return next_create(thread, &wider, start, argument);
}

static void widen_default_stack(void) {
    pthread_attr_t attributes;
    size_t size;
    if (pthread_getattr_default_np(&attributes) != 0)
        return;
    if (pthread_attr_getstacksize(&attributes, &size) == 0 &&
        pthread_attr_setstacksize(&attributes, size + static_tls) == 0)
        pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

__attribute__((constructor)) static void start(void) {
    core();
    if (static_tls != 0)
        widen_default_stack();
}
