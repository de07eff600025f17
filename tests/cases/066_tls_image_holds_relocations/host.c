#include <pthread.h>

#include "loader.h"

static pthread_barrier_t loaded;
static void *library;

static void *early(void *unused) {
    pthread_barrier_wait(&loaded);
    printf("early %d\n", number(library, "sum"));
    return unused;
}

int main(void) {
    pthread_t thread;
    pthread_barrier_init(&loaded, NULL, 2);
    pthread_create(&thread, NULL, early, NULL);
    library = opened("./libpointer.so", RTLD_NOW);
    pthread_barrier_wait(&loaded);
    pthread_join(thread, NULL);
    printf("main %d\n", number(library, "sum"));
}
