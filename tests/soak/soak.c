/* soak.c - threads that open, call, throw, look up and close at random in the same spaces.
 *
 * usage: soak FOLDER THREADS GENERATIONS ROUNDS SEED SECONDS [alone]
 *
 * Each of THREADS runs ROUNDS actions and ends; that happens GENERATIONS times, or, if SECONDS is
 * not 0, for so long.  A space is now and then closed, when nobody is inside, and replaced by one
 * that may take libraries from others, unless they are to be alone, so that spaces hold each other,
 * and some in a circle.  The thread_local objects that other threads still have of it keep it
 * mapped until those threads end.  At the end all is closed, and nothing of FOLDER may be mapped
 * any more.
 *
 * No library here has initial-exec TLS: glibc loses what is given back out of order. */
#include "isolde.h"

#include "generations.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

enum { SPACES = 4 };

struct place {
    isolde_space *space;
    bool linked;
    pthread_rwlock_t lock; /* written to replace the space */
};

struct library {
    const char *file, *function;
};

static const struct library libraries[] = {
    {"libtop.so", "throw_and_catch"}, {"libtop.so", "visit"}, {"libcounter.so", "bump"},
    {"libdescriptor.so", "bump"},     {"libkeys.so", "keep"}, {"libbase.so", NULL}};
enum { LIBRARIES = sizeof libraries / sizeof *libraries };

static struct place places[SPACES];
static const char *folder;
static int rounds;
static bool alone;
static atomic_long opens, throws, calls, look_ups, replaced, links, busy, gone, wrong;

static unsigned chance(unsigned *state, unsigned below) {
    *state = *state * 1103515245u + 12345u;
    return (*state >> 16) % below;
}

static void complain(const char *what) {
    atomic_fetch_add(&wrong, 1);
    fprintf(stderr, "%s: %s\n", what, isolde_dlerror());
}

static void call(void *handle, const char *name, int number) {
    int (*function)(int) = (int (*)(int))isolde_dlsym(handle, name);
    if (function == NULL)
        complain(name);
    else if (function(number) != number)
        complain("a wrong answer");
    atomic_fetch_add(strcmp(name, "throw_and_catch") == 0 ? &throws : &calls, 1);
}

static void look_up(const struct place *place, void *handle) {
    Dl_info info;
    size_t count = 0;
    struct isolde_image_info *images = isolde_images(place->space, &count);
    if (images == NULL || count == 0)
        complain("no images");
    isolde_free(images);
    if (isolde_dlsym(handle, "absent") != NULL || isolde_dlerror() == NULL)
        complain("an absent symbol");
    void *address = isolde_space_symbol(place->space, "refuse");
    if (address != NULL && (!isolde_dladdr(address, &info) ||
                            (!place->linked && isolde_space_of(address) != place->space)))
        complain("an address without a space");
    atomic_fetch_add(&look_ups, 1);
}

/* The space that a link leads to may have been closed since; who asks for more from it is told. */
static void refused(const struct place *place, const char *file) {
    const char *why = isolde_last_error()->message;
    if (place->linked && strstr(why, "which is closed; link it to an open one") != NULL)
        atomic_fetch_add(&gone, 1);
    else
        complain(file);
}

static void open_and_use(const struct place *place, unsigned *state) {
    const struct library *library = &libraries[chance(state, LIBRARIES)];
    void *handle =
        isolde_dlopen(place->space, library->file, chance(state, 2) ? RTLD_NOW : RTLD_LAZY);
    if (handle == NULL) {
        refused(place, library->file);
        return;
    }
    atomic_fetch_add(&opens, 1);
    for (unsigned times = chance(state, 4); library->function && times > 0; times--)
        call(handle, library->function, (int)chance(state, 1000));
    if (chance(state, 4) == 0)
        look_up(place, handle);
    if (isolde_dlclose(handle) != 0)
        complain("dlclose");
}

static void link_to(struct place *place, int other, const char *const *sonames) {
    if (other < 0 || other >= SPACES || pthread_rwlock_tryrdlock(&places[other].lock) != 0)
        return;
    if (places[other].space != NULL) { /* all are there from the start on */
        if (isolde_space_link(place->space, places[other].space, sonames) != 0)
            complain("link");
        place->linked = true;
        atomic_fetch_add(&links, 1);
    }
    pthread_rwlock_unlock(&places[other].lock);
}

/* Some libraries are taken from the place before, others from the one after: no name leads back,
 * but two spaces may hold each other. */
static void fill(struct place *place, unsigned *state) {
    static const char *const upwards[] = {"libbase.so", "libstdc++.so.6", NULL},
                             *const downwards[] = {"libcounter.so", "libdescriptor.so",
                                                   "libkeys.so", NULL};
    const char *const search_path[] = {folder, NULL};
    const struct isolde_options options = {.size = sizeof options, .search_path = search_path};
    int here = (int)(place - places);
    place->linked = false;
    place->space = isolde_space_new(NULL, &options);
    if (!alone && chance(state, 2) == 0)
        link_to(place, here - 1, upwards);
    if (!alone && chance(state, 2) == 0)
        link_to(place, here + 1, downwards);
}

/* One whose libraries another space is just opening, or looking something up in, is in use. */
static void replace(struct place *place, unsigned *state) {
    if (pthread_rwlock_trywrlock(&place->lock) != 0)
        return;
    if (isolde_space_close(place->space) == 0) {
        fill(place, state);
        atomic_fetch_add(&replaced, 1);
    } else if (isolde_last_error()->code == ISOLDE_EBUSY) {
        atomic_fetch_add(&busy, 1);
    } else {
        complain("close");
    }
    pthread_rwlock_unlock(&place->lock);
}

static void *work(void *seed) {
    unsigned state = (unsigned)(unsigned long)seed;
    for (int round = 0; round < rounds; round++) {
        struct place *place = &places[chance(&state, SPACES)];
        if (chance(&state, 40) == 0) {
            replace(place, &state);
            continue;
        }
        pthread_rwlock_rdlock(&place->lock);
        open_and_use(place, &state);
        pthread_rwlock_unlock(&place->lock);
    }
    return NULL;
}

static int still_mapped(void) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];
    int lines = 0;
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        lines += strstr(line, folder) != NULL && strstr(line, "libisolde") == NULL &&
                 strstr(line, "/soak") == NULL;
    if (maps != NULL)
        fclose(maps);
    return lines;
}

static void print(FILE *file) {
    fprintf(file,
            "%ld opens, %ld calls, %ld throws, %ld look-ups, %ld spaces replaced, %ld in use, "
            "%ld links, %ld opens refused because what they lead to is closed",
            opens, calls, throws, look_ups, replaced, busy, links, gone);
}

int main(int argc, char **argv) {
    if (argc < 7)
        return 2;
    alone = argc > 7 && strcmp(argv[7], "alone") == 0;
    folder = argv[1];
    rounds = atoi(argv[4]);
    unsigned state = (unsigned)atoi(argv[5]);
    for (int i = 0; i < SPACES; i++)
        pthread_rwlock_init(&places[i].lock, NULL);
    for (int i = 0; i < SPACES; i++)
        fill(&places[i], &state);
    run_generations(&(struct generations){.threads = atoi(argv[2]),
                                          .count = atoi(argv[3]),
                                          .seed = strtoul(argv[5], NULL, 10),
                                          .seconds = atoi(argv[6]),
                                          .work = work,
                                          .print = print});
    for (int i = 0; i < SPACES; i++)
        if (isolde_space_close(places[i].space) != 0)
            complain("close");
    printf("wrong %ld, left %zu, mapped %d\n", wrong, isolde_spaces(NULL, 0), still_mapped());
    return wrong != 0;
}
