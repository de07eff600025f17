/* loader.h - one host program, four loaders.
 *
 * A host is written against <dlfcn.h>.  The macro that its compiler is given says whose dlopen,
 * dlsym, ... they are; without one they are glibc's, in the base namespace.
 *
 *     THROUGH_ISOLDE   isolde.h's, in a space of its own, the_space()
 *     THROUGH_DLMOPEN  dlmopen's, in a namespace of its own; under `isolde run` that is a space
 *     THROUGH_PYTHON   Space's and Library's: through_space.py calls main
 *
 * The libraries that it opens are the same files each time, and what they call themselves is
 * untouched.  A host that wants more than one namespace says new_space, open_in, close_space.
 */
#ifndef LOADER_H
#define LOADER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, whatever the names mean below. */
static inline void *host_dlopen(const char *file, int mode) { return dlopen(file, mode); }
static inline void *host_dlsym(void *handle, const char *symbol) { return dlsym(handle, symbol); }

#if defined THROUGH_ISOLDE || defined THROUGH_PYTHON
#include "isolde.h"
#define dlvsym(handle, symbol, version) isolde_dlvsym((handle), (symbol), (version))
#define dlerror() isolde_dlerror()
#define dladdr(address, info) isolde_dladdr((address), (info))
#endif

#if defined THROUGH_ISOLDE
typedef isolde_space space;
#define new_space() isolde_space_new(NULL, NULL)
#define first_space() isolde_space_new("case", NULL)
#define dlopen_in(space, file, mode) isolde_dlopen((space), (file), (mode))
#define close_space(space) isolde_space_close(space)
#define dlopen(file, mode) isolde_dlopen(the_space(), (file), (mode))
#define dlsym(handle, symbol) isolde_dlsym((handle), (symbol))
#define dlclose(handle) isolde_dlclose(handle)

#elif defined THROUGH_PYTHON
typedef void space;
struct python {
    space *(*make)(void);
    void *(*open)(space *space, const char *file, int mode);
    void *(*find)(void *handle, const char *symbol);
    int (*close)(void *handle);
    int (*end)(space *space);
};
struct python through_python; /* through_space.py fills it */
#define new_space() through_python.make()
#define dlopen_in(space, file, mode) through_python.open((space), (file), (mode))
#define close_space(space) through_python.end(space)
#define dlopen(file, mode) through_python.open(the_space(), (file), (mode))
#define dlsym(handle, symbol) through_python.find((handle), (symbol))
#define dlclose(handle) through_python.close(handle)

#else
enum { MOST_HANDLES = 8 };
typedef struct {
    Lmid_t id;
    void *handles[MOST_HANDLES];
    int count;
} space;

/* A namespace begins with what is opened first, and ends with what is closed last. */
static inline space *new_space(void) {
    space *made = (space *)calloc(1, sizeof *made);
    made->id = LM_ID_NEWLM;
    return made;
}

static inline void *dlopen_in(space *space, const char *file, int mode) {
    void *handle = dlmopen(space->id, file, mode);
    if (handle != NULL && space->id == LM_ID_NEWLM && dlinfo(handle, RTLD_DI_LMID, &space->id) != 0)
        return NULL;
    if (handle != NULL && space->count < MOST_HANDLES)
        space->handles[space->count++] = handle;
    return handle;
}

static inline int close_space(space *space) {
    int failed = 0;
    while (space->count > 0)
        failed |= dlclose(space->handles[--space->count]);
    space->id = LM_ID_NEWLM;
    return failed;
}
#ifdef THROUGH_DLMOPEN
#define dlopen(file, mode) dlmopen(lasting(the_space())->id, (file), (mode))
#endif
/* libc keeps it, whatever else is closed in it. */
static inline space *lasting(space *space) {
    if (space->id == LM_ID_NEWLM && dlopen_in(space, "libc.so.6", RTLD_NOW) == NULL) {
        printf("no namespace: %s\n", dlerror());
        exit(3);
    }
    return space;
}
#endif

#ifndef first_space
#define first_space() new_space()
#endif
static inline space *the_space(void) {
    static space *own;
    if (own == NULL)
        own = first_space();
    if (own == NULL) {
        printf("no space: %s\n", dlerror());
        exit(3);
    }
    return own;
}

/* FILE, opened; a refusal is printed and ends the program, for the cases that expect none. */
static inline void *opened(const char *file, int mode) {
    void *handle = dlopen(file, mode);
    if (handle == NULL) {
        printf("refused: %s\n", dlerror());
        exit(3);
    }
    return handle;
}

/* The address of SYMBOL; its absence is printed and ends the program. */
static inline void *found(void *handle, const char *symbol) {
    void *address = dlsym(handle, symbol);
    if (address == NULL) {
        printf("no %s: %s\n", symbol, dlerror());
        exit(3);
    }
    return address;
}

/* What the function SYMBOL, of no arguments, returns. */
static inline int number(void *handle, const char *symbol) {
    return ((int (*)(void))found(handle, symbol))();
}
static inline const char *text(void *handle, const char *symbol) {
    return ((const char *(*)(void))found(handle, symbol))();
}
static inline void run(void *handle, const char *symbol) {
    ((void (*)(void))found(handle, symbol))();
}

/* The number of lines of /proc/self/maps that hold PART. */
static inline int mappings_of(const char *part) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    int lines = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        lines += strstr(line, part) != NULL;
    if (maps != NULL)
        fclose(maps);
    return lines;
}

/* FILE's last part: folders differ from run to run. */
static inline const char *last_part(const char *file) {
    const char *slash = file == NULL ? NULL : strrchr(file, '/');
    return slash != NULL ? slash + 1 : file != NULL ? file : "(none)";
}

#endif
