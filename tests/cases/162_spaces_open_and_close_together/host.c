#include <pthread.h>
#include <stdio.h>

#include "isolde.h"

enum { THREADS = 64, ROUNDS = 5 };

static pthread_barrier_t together;

static int call(void *library, const char *name) {
    int (*function)(void) = library ? isolde_dlsym(library, name) : NULL;
    return function ? function() : -1;
}

static int one_space(void) {
    isolde_space *space = isolde_space_new(NULL, NULL);
    void *library = isolde_dlopen(space, "./libthrow.so", RTLD_NOW);
    int right = call(library, "bump") == 41 && call(library, "throw_and_catch") == 10 &&
                call(library, "throw_and_catch") == 20;
    return right && isolde_space_close(space) == 0;
}

static void *work(void *unused) {
    long right = 0;
    (void)unused;
    pthread_barrier_wait(&together);
    for (int round = 0; round < ROUNDS; round++)
        right += one_space();
    return (void *)right;
}

int main(void) {
    pthread_t threads[THREADS];
    long right = 0;
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        right += (long)result;
    }
    printf("right %ld of %d, left %zu\n", right, THREADS * ROUNDS, isolde_spaces(NULL, 0));
}
