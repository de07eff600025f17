#include <pthread.h>

#include "loader.h"

enum { THREADS = 64, ROUNDS = 5 };

static pthread_barrier_t together;

static int one_space(void) {
    space *own = new_space();
    void *library = own ? dlopen_in(own, "./libthrow.so", RTLD_NOW) : NULL;
    int right = library && number(library, "bump") == 41 &&
                number(library, "throw_and_catch") == 10 &&
                number(library, "throw_and_catch") == 20;
    return right && close_space(own) == 0;
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
    printf("right %ld of %d, mapped %d\n", right, THREADS * ROUNDS, mappings_of("/libthrow.so"));
}
