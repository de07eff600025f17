#include <pthread.h>

#include "loader.h"

static int strange;

static void count(void *value) { strange += value != NULL; }

int main(void) {
    pthread_barrier_t barrier;
    pthread_key_t own;
    pthread_barrier_init(&barrier, NULL, 2);
    void *library = dlopen_in(the_space(), "./libkeeper.so", RTLD_NOW);
    pthread_key_t key = ((pthread_key_t(*)(void))found(library, "make_key"))();
    pthread_t *(*start)(pthread_barrier_t *) = found(library, "start");
    pthread_t thread = *start(&barrier);
    pthread_barrier_wait(&barrier);
    printf("close %d\n", close_space(the_space()));
    pthread_key_create(&own, count);
    printf("same key %d\n", own == key);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    printf("strange values %d\n", strange);
}
