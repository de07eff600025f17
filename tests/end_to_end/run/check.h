/* check.h - what the programs of this folder have in common: they know nothing of Isolde. */
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define check(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            const char *said = dlerror();                                                          \
            fprintf(stderr, "%s:%d: not so: %s (dlerror: %s)\n", __FILE__, __LINE__, #condition,   \
                    said ? said : "nothing");                                                      \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static inline void *open_new(const char *file) {
    void *handle = dlmopen(LM_ID_NEWLM, file, RTLD_NOW);
    check(handle != NULL);
    return handle;
}

static inline Lmid_t id_of(void *handle) {
    Lmid_t id = -7;
    check(dlinfo(handle, RTLD_DI_LMID, &id) == 0);
    return id;
}

/* Calls a function without arguments of HANDLE. */
static inline long call(void *handle, const char *name) {
    long (*function)(void) = (long (*)(void))dlsym(handle, name);
    check(function != NULL);
    return function();
}

#endif
