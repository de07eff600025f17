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
    void *library = opened("./libpin.so", RTLD_NOW);
    pthread_create(&thread, NULL, hold, library);
    pthread_barrier_wait(&held);
    printf("close %d\n", isolde_space_close(the_space()));
    printf("mapped %d, spaces %zu\n", mappings_of("/libpin.so") > 0, isolde_spaces(NULL, 0));
    pthread_barrier_wait(&closed);
    pthread_join(thread, NULL);
    isolde_space_close(isolde_space_new(NULL, NULL)); /* whoever comes next sweeps */
    printf("mapped %d\n", mappings_of("/libpin.so") > 0);
}
