#include <pthread.h>

#include "loader.h"

static void *hold(void *library) {
    number(library, "hold");
    return NULL;
}

int main(void) {
    pthread_t thread;
    void *library = opened("./libpin.so", RTLD_NOW);
    pthread_create(&thread, NULL, hold, library);
    pthread_join(thread, NULL);
    dlclose(library);
    printf("mapped %d\n", mappings_of("/libpin.so") > 0);
}
