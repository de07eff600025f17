/* preload.h - what libisolde.so tells libisolde-preload.so; between these two only.
 *
 * The preloaded library defines dlmopen, dlsym and the rest for the whole process and asks here
 * which of them are Isolde's business; all others go on to the next definition. */
#ifndef ISOLDE_PRELOAD_H
#define ISOLDE_PRELOAD_H

#include "isolde.h"

#include <link.h>
#include <stdbool.h>

struct isolde_preload {
    /* glibc's dlsym, whose RTLD_NEXT follows whoever calls it */
    void *(*libc_dlsym)(void *handle, const char *symbol);
    bool (*owns)(const void *handle); /* a handle of ours, closed or not */
    void (*forget_error)(void);       /* dlerror is about to be glibc's */
    void *(*dlmopen)(Lmid_t id, const char *file, int mode, const void *caller);
    void *(*dlsym)(void *handle, const char *symbol);
    void *(*dlvsym)(void *handle, const char *symbol, const char *version);
    int (*dlclose)(void *handle);
    char *(*dlerror)(void); /* NULL: no message of ours is pending */
    int (*dlinfo)(void *handle, int request, void *answer);
    int (*dladdr)(const void *address, Dl_info *info);
    int (*dladdr1)(const void *address, Dl_info *info, void **extra, int flags);
    int (*dl_iterate_phdr)(int (*visit)(struct dl_phdr_info *, size_t, void *), void *data);
};

/* May be called before the constructors of libisolde.so have run. */
ISOLDE_API const struct isolde_preload *isolde_preload(void);

#endif
