/* soak.c - threads that open, call, throw, look up and close at random in the same spaces.
 *
 * usage: soak FOLDER THREADS GENERATIONS ROUNDS SEED
 *
 * Each of THREADS runs ROUNDS actions and ends; that happens GENERATIONS times.  A space is now and
 * then closed, when nobody is inside, and replaced; the thread_local objects that other threads
 * still have of it keep it mapped until those threads end.  At the end all is closed, and nothing
 * of FOLDER may be mapped any more. */
#include "isolde.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPACES = 4 };

struct place {
    isolde_space *space;
    pthread_rwlock_t lock; /* written to replace the space */
};

struct library {
    const char *file, *function;
};

static const struct library libraries[] = {{"libtop.so", "throw_and_catch"},
                                           {"libtop.so", "visit"},
                                           {"libcounter.so", "bump"},
                                           {"libdescriptor.so", "bump"},
                                           {"libbase.so", NULL}};
enum { LIBRARIES = sizeof libraries / sizeof *libraries };

static struct place places[SPACES];
static const char *folder;
static int rounds;
static atomic_long calls, look_ups, replaced, wrong;

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
    atomic_fetch_add(&calls, 1);
}

static void look_up(isolde_space *space, void *handle) {
    Dl_info info;
    size_t count = 0;
    struct isolde_image_info *images = isolde_images(space, &count);
    if (images == NULL || count == 0)
        complain("no images");
    isolde_free(images);
    if (isolde_dlsym(handle, "absent") != NULL || isolde_dlerror() == NULL)
        complain("an absent symbol");
    void *address = isolde_space_symbol(space, "refuse");
    if (address != NULL && (!isolde_dladdr(address, &info) || isolde_space_of(address) != space))
        complain("an address without a space");
    atomic_fetch_add(&look_ups, 1);
}

static void open_and_use(isolde_space *space, unsigned *state) {
    const struct library *library = &libraries[chance(state, LIBRARIES)];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, library->file);
    void *handle = isolde_dlopen(space, path, chance(state, 2) ? RTLD_NOW : RTLD_LAZY);
    if (handle == NULL) {
        complain(path);
        return;
    }
    for (unsigned times = chance(state, 4); library->function && times > 0; times--)
        call(handle, library->function, (int)chance(state, 1000));
    if (chance(state, 4) == 0)
        look_up(space, handle);
    if (isolde_dlclose(handle) != 0)
        complain("dlclose");
}

static void replace(struct place *place) {
    if (pthread_rwlock_trywrlock(&place->lock) != 0)
        return;
    if (isolde_space_close(place->space) != 0)
        complain("close");
    place->space = isolde_space_new(NULL, NULL);
    atomic_fetch_add(&replaced, 1);
    pthread_rwlock_unlock(&place->lock);
}

static void *work(void *seed) {
    unsigned state = (unsigned)(unsigned long)seed;
    for (int round = 0; round < rounds; round++) {
        struct place *place = &places[chance(&state, SPACES)];
        if (chance(&state, 40) == 0) {
            replace(place);
            continue;
        }
        pthread_rwlock_rdlock(&place->lock);
        open_and_use(place->space, &state);
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

static void run_generation(pthread_t *threads, int count, unsigned long seed) {
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, work, (void *)(seed * 1000 + (unsigned long)i));
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

int main(int argc, char **argv) {
    if (argc != 6)
        return 2;
    folder = argv[1];
    rounds = atoi(argv[4]);
    int count = atoi(argv[2]), generations = atoi(argv[3]);
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    for (int i = 0; i < SPACES; i++) {
        places[i].space = isolde_space_new(NULL, NULL);
        pthread_rwlock_init(&places[i].lock, NULL);
    }
    for (int i = 0; i < generations; i++)
        run_generation(threads, count, strtoul(argv[5], NULL, 10) + (unsigned long)i);
    for (int i = 0; i < SPACES; i++)
        isolde_space_close(places[i].space);
    free(threads);
    printf("wrong %ld, left %zu, mapped %d\n", wrong, isolde_spaces(NULL, 0), still_mapped());
    fprintf(stderr, "%ld calls, %ld look-ups, %ld spaces replaced\n", calls, look_ups, replaced);
    return wrong != 0;
}
