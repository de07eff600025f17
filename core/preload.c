/* preload.c - what the dl functions mean for the host's own code under LD_PRELOAD.
 *
 * dlmopen makes and fills spaces; the others understand the handles and addresses that come of it.
 * LM_ID_BASE, plain dlopen, and every handle of glibc's stay glibc's: libisolde-preload.so hands
 * those on.  As in glibc, each call forgets the message of an earlier failure. */
#include "preload.h"
#include "loader.h"

static void forget_error(void) { error_take(); }

static void forget_errors(void) {
    error_take();
    glibc.dlerror();
}

static void *host_dlmopen(Lmid_t id, const char *file, int mode, const void *caller) {
    forget_errors();
    if (host_program() == NULL) {
        error_set(ISOLDE_EINVALID, NULL,
                  "dlmopen() in a constructor that runs before libisolde.so's (-z initfirst)");
        return NULL;
    }
    __attribute__((cleanup(host_caller_free))) struct image *image = host_caller(caller);
    return shim_dlmopen(id, file, mode, image);
}

static void *host_dlsym(void *handle, const char *symbol) {
    forget_errors();
    return isolde_dlsym(handle, symbol);
}

static void *host_dlvsym(void *handle, const char *symbol, const char *version) {
    forget_errors();
    return isolde_dlvsym(handle, symbol, version);
}

static int host_dlclose(void *handle) {
    forget_errors();
    return space_close_handle(handle, true);
}

static int host_dlinfo(void *handle, int request, void *answer) {
    forget_errors();
    return shim_dlinfo(handle, request, answer);
}

static struct isolde_preload functions = {
    .owns = slot_was_ours,
    .forget_error = forget_error,
    .dlmopen = host_dlmopen,
    .dlsym = host_dlsym,
    .dlvsym = host_dlvsym,
    .dlclose = host_dlclose,
    .dlerror = error_take,
    .dlinfo = host_dlinfo,
    .dladdr = isolde_dladdr,
    .dladdr1 = shim_dladdr1,
    .dl_iterate_phdr = unwind_iterate_all,
};

/* Threads that come at the same time all write the same. */
const struct isolde_preload *isolde_preload(void) {
    glibc_start();
    __atomic_store_n(&functions.libc_dlsym, glibc.dlsym, __ATOMIC_RELAXED);
    return &functions;
}
