#include <pthread.h>

#include "loader.h"

static void *library;

static void *first_access(void *unused) {
    (void)unused;
    printf("changed %d\n", number(library, "changed_in_first_access"));
    return NULL;
}

int main(void) {
    pthread_t thread;
    library = opened("./libdesc.so", RTLD_NOW);
    first_access(NULL);
    pthread_create(&thread, NULL, first_access, NULL);
    pthread_join(thread, NULL);
}
