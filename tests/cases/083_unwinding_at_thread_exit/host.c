#include <pthread.h>

#include "loader.h"

int main(void) {
    pthread_t thread;
    void *library = opened("./libframes.so", RTLD_NOW);
    pthread_create(&thread, NULL, found(library, "leave"), NULL);
    pthread_join(thread, NULL);
    printf("after pthread_exit %d\n", number(library, "count"));
    pthread_create(&thread, NULL, found(library, "wait_for_ever"), NULL);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    printf("after pthread_cancel %d\n", number(library, "count"));
}
