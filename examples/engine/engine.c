/* engine.c - loads one module many times, each into a namespace of its own.
 *
 * usage: engine LIBRARY [COUNT]
 *
 * It knows nothing of Isolde: dlmopen is all it calls. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static int open_all(const char *library, int count) {
    for (int opened = 0; opened < count; opened++)
        if (dlmopen(LM_ID_NEWLM, library, RTLD_NOW) == NULL) {
            printf("%d namespaces, then: %s\n", opened, dlerror());
            return 1;
        }
    printf("%d namespaces\n", count);
    return 0;
}

/* Two libcs give out the same key twice. */
static int keys_collide(void) {
    pthread_key_t own, its;
    void *libc = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_NOW);
    int (*create)(pthread_key_t *, void (*)(void *)) =
        libc ? (int (*)(pthread_key_t *, void (*)(void *)))dlsym(libc, "pthread_key_create") : NULL;
    if (create == NULL || pthread_key_create(&own, NULL) != 0 || create(&its, NULL) != 0) {
        printf("no second key: %s\n", dlerror());
        return 1;
    }
    printf("keys: %s\n", own == its ? "the same one twice" : "two");
    return own == its;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: %s LIBRARY [COUNT]\n", argv[0]);
        return 2;
    }
    int collide = keys_collide();
    return open_all(argv[1], argc > 2 ? atoi(argv[2]) : 100) || collide;
}
