#include <pthread.h>
#include <unistd.h>

#include "loader.h"

static void *open_add(void *unused) {
    opened("./libadd.so", RTLD_NOW);
    return unused;
}

int main(void) {
    pthread_t thread;
    alarm(20); /* a lock left behind would be waited for for ever */
    printf("caught %d\n", number(opened("./libthrower.so", RTLD_NOW), "caught"));
    pthread_create(&thread, NULL, open_add, NULL);
    pthread_join(thread, NULL);
    puts("opened");
}
