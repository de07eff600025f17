#include <pthread.h>
#include <stddef.h>

static pthread_t thread;

static void *run(void *barrier) {
    pthread_barrier_wait(barrier);
    pthread_barrier_wait(barrier);
    return (void *)189;
}

pthread_t *start(pthread_barrier_t *barrier) {
    pthread_create(&thread, NULL, run, barrier);
    return &thread;
}
