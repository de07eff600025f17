#include <pthread.h>

#include "loader.h"

static void *initial, *general, *descriptor;

static void *use(void *who) {
    printf("%s: %d", (char *)who, number(initial, "owner_bump"));
    printf(" %d", number(initial, "bump"));
    printf(" %d", number(general, "bump"));
    printf(" %d\n", number(descriptor, "bump"));
    return NULL;
}

int main(void) {
    pthread_t thread;
    initial = opened("./libinitial.so", RTLD_NOW);
    general = opened("./libgeneral.so", RTLD_NOW);
    descriptor = opened("./libdescriptor.so", RTLD_NOW);
    use("main");
    pthread_create(&thread, NULL, use, "thread");
    pthread_join(thread, NULL);
}
