#include <pthread.h>

#include "loader.h"

int main(void) {
    pthread_barrier_t barrier;
    void *result;
    pthread_barrier_init(&barrier, NULL, 2);
    void *library = dlopen_in(the_space(), "./libthread.so", RTLD_NOW);
    pthread_t *(*start)(pthread_barrier_t *) = found(library, "start");
    pthread_t thread = *start(&barrier);
    pthread_barrier_wait(&barrier);
    printf("close %d\n", close_space(the_space()));
    printf("mapped %d\n", mappings_of("/libthread.so") > 0);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, &result);
    printf("thread returned %ld\n", (long)result);
}
