#include <pthread.h>

#include "loader.h"

static void *hold(void *library) {
    printf("answer %d\n", number(library, "hold"));
    printf("mapped %d\n", mappings_of("/libadd.so") > 0);
    return NULL;
}

int main(void) {
    pthread_t thread;
    void *library = opened("./libholds.so", RTLD_NOW);
    pthread_create(&thread, NULL, hold, library);
    pthread_join(thread, NULL);
    printf("mapped %d\n", mappings_of("/libadd.so") > 0);
}
