#include <pthread.h>

#include "loader.h"

static pthread_barrier_t held, closed;

static void *hold(void *library) {
    number(library, "hold");
    pthread_barrier_wait(&held);
    pthread_barrier_wait(&closed);
    return NULL;
}

int main(void) {
    pthread_t thread;
    pthread_barrier_init(&held, NULL, 2);
    pthread_barrier_init(&closed, NULL, 2);
    void *library = dlopen_in(the_space(), "./libpin.so", RTLD_NOW);
    pthread_create(&thread, NULL, hold, library);
    pthread_barrier_wait(&held);
    printf("close %d\n", close_space(the_space()));
    printf("mapped %d\n", mappings_of("/libpin.so") > 0);
    pthread_barrier_wait(&closed);
    pthread_join(thread, NULL);
    close_space(new_space()); /* whoever comes next sweeps */
    printf("mapped %d\n", mappings_of("/libpin.so") > 0);
}
