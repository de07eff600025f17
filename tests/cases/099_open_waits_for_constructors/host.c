#include <pthread.h>

#include "loader.h"

static pthread_barrier_t together;

static void *open_it(void *unused) {
    pthread_barrier_wait(&together);
    void *library = opened("./libslow.so", RTLD_NOW);
    return number(library, "is_ready") ? unused : library;
}

int main(void) {
    pthread_t threads[8];
    int early = 0;
    pthread_barrier_init(&together, NULL, 8);
    dlopen(NULL, RTLD_NOW);
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, open_it, NULL);
    for (int i = 0; i < 8; i++) {
        void *result;
        pthread_join(threads[i], &result);
        early += result != NULL;
    }
    printf("too early %d\n", early);
}
