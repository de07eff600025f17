#include <pthread.h>

#include "loader.h"

enum { THREADS = 8, ROUNDS = 50, SUM = 8 * 28 * 16 + 8 * 28 };

static pthread_barrier_t together;
static void *library;

static void *use(void *unused) {
    int wrong = 0;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&together);
        wrong += number(library, "sum") != SUM;
        pthread_barrier_wait(&together);
    }
    return wrong ? (void *)&together : unused;
}

int main(void) {
    pthread_t threads[THREADS];
    int wrong = 0;
    pthread_barrier_init(&together, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, use, NULL);
    for (int round = 0; round < ROUNDS; round++) {
        library = opened("./libcaller.so", RTLD_LAZY);
        pthread_barrier_wait(&together);
        dlclose(opened("./libother.so", RTLD_NOW));
        pthread_barrier_wait(&together);
        dlclose(library);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += result != NULL;
    }
    printf("wrong %d\n", wrong);
}
