/* namespaces.c - an unmodified program whose threads make, fill, use and close namespaces at
 * random.
 *
 * usage: namespaces FOLDER THREADS GENERATIONS ROUNDS SECONDS
 *
 * To be run with libisolde-preload.so.  Each of THREADS does ROUNDS rounds and ends; that happens
 * GENERATIONS times, or, if SECONDS is not 0, for so long.  Each round makes a namespace, opens
 * more in it, calls, throws, looks up, and closes the handles in random order; some threads walk
 * all objects meanwhile.  At the end nothing of FOLDER may be mapped, and no namespace may be left.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>

#include "generations.h"
#ifdef THROUGH_PRELOAD
#include "through_preload.h"
#endif

struct library {
    const char *file, *function;
};

static const struct library libraries[] = {
    {"libtop.so", "throw_and_catch"}, {"libtop.so", "visit"}, {"libcounter.so", "bump"},
    {"libdescriptor.so", "bump"},

    {"libkeys.so", "keep"},           {"libstate.so", NULL},  {"libc.so.6", NULL}};
enum { LIBRARIES = sizeof libraries / sizeof *libraries, HANDLES = 4 };

static const char *folder;
static int rounds;
static atomic_long namespaces, opens, calls, throws, walks, wrong;

static unsigned chance(unsigned *state, unsigned below) {
    *state = *state * 1103515245u + 12345u;
    return (*state >> 16) % below;
}

static void complain(const char *what) {
    const char *why = dlerror();
    atomic_fetch_add(&wrong, 1);
    fprintf(stderr, "%s: %s\n", what, why ? why : "no reason");
}

static void *open_one(Lmid_t id, unsigned *state) {
    const struct library *library = &libraries[chance(state, LIBRARIES)];
    char path[4096];
    if (strncmp(library->file, "libc.", 5) == 0)
        snprintf(path, sizeof path, "%s", library->file);
    else
        snprintf(path, sizeof path, "%s/%s", folder, library->file);
    void *handle = dlmopen(id, path, chance(state, 2) ? RTLD_NOW : RTLD_LAZY);
    int number = (int)chance(state, 1000);
    if (handle == NULL) {
        complain(path);
        return NULL;
    }
    atomic_fetch_add(&opens, 1);
    int (*function)(int) =
        library->function ? (int (*)(int))dlsym(handle, library->function) : NULL;
    if (library->function != NULL && (function == NULL || function(number) != number))
        complain(library->function);
    if (library->function != NULL)
        atomic_fetch_add(strcmp(library->function, "throw_and_catch") == 0 ? &throws : &calls, 1);
    return handle;
}

static void use_namespace(unsigned *state) {
    void *handles[HANDLES] = {open_one(LM_ID_NEWLM, state)};
    Lmid_t id = LM_ID_BASE, other;
    int count = 1;
    if (handles[0] == NULL)
        return;
    if (dlinfo(handles[0], RTLD_DI_LMID, &id) != 0 || id == LM_ID_BASE)
        complain("no namespace");
    for (int more = (int)chance(state, HANDLES); more > 0 && id != LM_ID_BASE; more--) {
        void *handle = open_one(id, state);
        if (handle != NULL && (dlinfo(handle, RTLD_DI_LMID, &other) != 0 || other != id))
            complain("another namespace");
        if (handle != NULL)
            handles[count++] = handle;
    }
    while (count > 0) {
        int which = (int)chance(state, (unsigned)count);
        if (dlclose(handles[which]) != 0)
            complain("dlclose");
        handles[which] = handles[--count];
    }
}

static int count_object(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    *(long *)data += info->dlpi_phnum > 0 && info->dlpi_name != NULL;
    return 0;
}

static void walk(void) {
    long objects = 0;
    if (dl_iterate_phdr(count_object, &objects) != 0 || objects < 3)
        complain("dl_iterate_phdr");
    atomic_fetch_add(&walks, 1);
}

static void *work(void *seed) {
    unsigned state = (unsigned)(unsigned long)seed;
    for (int round = 0; round < rounds; round++) {
        if (chance(&state, 16) == 0)
            walk();
        use_namespace(&state);
        atomic_fetch_add(&namespaces, 1);
    }
    return NULL;
}

static int left(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    *(int *)data += strncmp(info->dlpi_name, folder, strlen(folder)) == 0 &&
                    strstr(info->dlpi_name, ".so") != NULL;
    return 0;
}

static void print(FILE *file) {
    fprintf(file, "%ld namespaces, %ld opens, %ld calls, %ld throws, %ld walks", namespaces, opens,
            calls, throws, walks);
}

int main(int argc, char **argv) {
    if (argc != 6)
        return 2;
    folder = argv[1];
    rounds = atoi(argv[4]);
    run_generations(&(struct generations){.threads = atoi(argv[2]),
                                          .count = atoi(argv[3]),
                                          .seconds = atoi(argv[5]),
                                          .work = work,
                                          .print = print});
    int objects = 0;
    dl_iterate_phdr(left, &objects);
    printf("wrong %ld, left %d\n", (long)wrong, objects);
    return 0;
}
