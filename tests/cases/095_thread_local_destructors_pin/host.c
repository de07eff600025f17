#include <pthread.h>

#include "loader.h"

static pthread_barrier_t held, closed;

static void *hold(void *library) {
    number(library, "hold");
    pthread_barrier_wait(&held);
    pthread_barrier_wait(&closed);
    return NULL;
}

int main(void) {
    pthread_t thread;
    pthread_barrier_init(&held, NULL, 2);
    pthread_barrier_init(&closed, NULL, 2);
    void *library = opened("./libpin.so", RTLD_NOW);
    pthread_create(&thread, NULL, hold, library);
    pthread_barrier_wait(&held);
    printf("close %d\n", dlclose(library));
    printf("still mapped %d\n", mappings_of("/libpin.so") > 0);
    pthread_barrier_wait(&closed);
    pthread_join(thread, NULL);
    puts("thread ended");
}
