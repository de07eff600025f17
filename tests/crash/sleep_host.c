/* Two threads, each inside a space of its own, and a main thread that waits for them. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "isolde.h"

static atomic_int count;

static void ready(void) {
    if (atomic_fetch_add(&count, 1) == 1) {
        puts("waiting");
        fflush(stdout);
    }
}

static void *sleep_in(void *name) {
    isolde_space *space = isolde_space_new(name, NULL);
    void *library = isolde_dlopen(space, "./libsleep.so", RTLD_NOW);
    void (*sleep_here)(void (*)(void)) = isolde_dlsym(library, "sleep_here");
    sleep_here(ready);
    return NULL;
}

int main(void) {
    pthread_t red, blue;
    pthread_create(&red, NULL, sleep_in, "red");
    pthread_create(&blue, NULL, sleep_in, "blue");
    pthread_join(red, NULL);
}
