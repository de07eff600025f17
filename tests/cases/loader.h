/* loader.h - one host program, two loaders.
 *
 * A host is written against <dlfcn.h>.  With THROUGH_ISOLDE its dlopen, dlsym, ... act on a space
 * of its own, the_space(); without, they are glibc's.  The libraries it opens are the same files
 * either way, and what they call themselves is untouched.
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

#ifdef THROUGH_ISOLDE
#include "isolde.h"

static inline isolde_space *the_space(void) {
    static isolde_space *space;
    if (space == NULL)
        space = isolde_space_new("case", NULL);
    if (space == NULL) {
        printf("no space: %s\n", isolde_dlerror());
        exit(3);
    }
    return space;
}

#define dlopen(file, mode) isolde_dlopen(the_space(), (file), (mode))
#define dlsym(handle, symbol) isolde_dlsym((handle), (symbol))
#define dlvsym(handle, symbol, version) isolde_dlvsym((handle), (symbol), (version))
#define dlclose(handle) isolde_dlclose(handle)
#define dlerror() isolde_dlerror()
#define dladdr(address, info) isolde_dladdr((address), (info))
#endif

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
