/* Threads older than the namespace, and younger ones; more than one round of variables. */
#include "../check.h"

#include <pthread.h>

enum { COPIES = 40 };

static void *handles[COPIES];
static pthread_barrier_t opened;

static void use(void) {
    for (int i = 0; i < COPIES; i++) {
        check(call(handles[i], "next_of_thread") == 7);
        check(call(handles[i], "next_of_thread") == 8);
        check(call(handles[i], "zeroes") == 0);
    }
}

static void *older(void *data) {
    pthread_barrier_wait(&opened);
    use();
    return data;
}

static void *younger(void *data) {
    use();
    return data;
}

int main(void) {
    pthread_t one, other;
    pthread_barrier_init(&opened, NULL, 2);
    check(pthread_create(&one, NULL, older, NULL) == 0);
    for (int i = 0; i < COPIES; i++)
        handles[i] = open_new("./liblocals.so");
    pthread_barrier_wait(&opened);
    check(pthread_create(&other, NULL, younger, NULL) == 0);
    use();
    pthread_join(one, NULL);
    pthread_join(other, NULL);
    return 0;
}
