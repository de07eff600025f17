#include <pthread.h>

#include "loader.h"

enum { THREADS = 64, ROUNDS = 40 };

static pthread_barrier_t together;

static int one_round(int kind) {
    static const char *const files[] = {"./libadd.so", "./libtop.so", "./libcounter.so"};
    static const char *const symbols[] = {"add", "top", "bump"};
    static const int answers[] = {5, 2, 41};
    void *library = opened(files[kind], kind == 1 ? RTLD_LAZY : RTLD_NOW);
    int (*function)(int, int) = found(library, symbols[kind]);
    int answer = function(2, 3), absent = dlsym(library, "absent") == NULL && dlerror() != NULL;
    dlclose(library);
    return absent && (kind == 2 ? answer > 40 : answer == answers[kind]);
}

static void *work(void *index) {
    int right = 0;
    pthread_barrier_wait(&together);
    for (int round = 0; round < ROUNDS; round++)
        right += one_round(((int)(long)index + round) % 3);
    return (void *)(long)right;
}

int main(void) {
    pthread_t threads[THREADS];
    long right = 0;
    dlopen(NULL, RTLD_NOW);
    pthread_barrier_init(&together, NULL, THREADS);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        right += (long)result;
    }
    printf("right %ld of %d\n", right, THREADS * ROUNDS);
    printf("mapped %d\n", mappings_of("/libadd.so") + mappings_of("/libtop.so"));
}
