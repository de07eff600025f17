#include <pthread.h>

#include "loader.h"

enum { THREADS = 20 }; /* more stacks than glibc keeps: some are unmapped */

static void (*use)(void);
static pthread_barrier_t all;

static void *run_it(void *unused) {
    use();
    pthread_barrier_wait(&all);
    return unused;
}

static void threads_end(const char *file) {
    pthread_t threads[THREADS];
    void *library = opened(file, RTLD_NOW);
    printf("make %d\n", number(library, "make"));
    use = found(library, "use");
    pthread_barrier_init(&all, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run_it, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("rounds %d\n", number(library, "seen"));
    printf("dlclose %d\n", dlclose(library));
}

int main(void) {
    threads_end("./libbefore.so");
    threads_end("./libonlythen.so");
}
