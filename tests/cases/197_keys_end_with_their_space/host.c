#include <pthread.h>

#include "loader.h"

static pthread_barrier_t set_it, closed;
static void (*set)(int *);
static int destroyed;

static void *hold(void *waits) {
    set(&destroyed);
    if (waits != NULL) {
        pthread_barrier_wait(&set_it);
        pthread_barrier_wait(&closed);
    }
    return NULL;
}

int main(void) {
    pthread_t thread;
    pthread_barrier_init(&set_it, NULL, 2);
    pthread_barrier_init(&closed, NULL, 2);
    void *library = dlopen_in(the_space(), "./libkeys.so", RTLD_NOW);
    printf("made %d\n", number(library, "make"));
    set = found(library, "set");
    pthread_create(&thread, NULL, hold, NULL);
    pthread_join(thread, NULL);
    printf("open: destroyed %d\n", destroyed);
    pthread_create(&thread, NULL, hold, &closed);
    pthread_barrier_wait(&set_it);
    close_space(the_space());
    pthread_barrier_wait(&closed);
    pthread_join(thread, NULL);
    printf("closed: destroyed %d\n", destroyed);
}
