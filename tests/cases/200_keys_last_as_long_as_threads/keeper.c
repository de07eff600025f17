#include <pthread.h>
#include <stddef.h>

static pthread_key_t key;
static pthread_t thread;

static void *run(void *barrier) {
    pthread_barrier_wait(barrier);
    pthread_barrier_wait(barrier);
    pthread_setspecific(key, &key);
    return NULL;
}

pthread_key_t make_key(void) {
    pthread_key_create(&key, NULL);
    return key;
}

pthread_t *start(pthread_barrier_t *barrier) {
    pthread_create(&thread, NULL, run, barrier);
    return &thread;
}
