#include <pthread.h>
#include <stdlib.h>

static void *end_it(void *unused) {
    (void)unused;
    exit(5);
}

static void *wait_for_it(void *unused) {
    pthread_t thread;
    pthread_create(&thread, NULL, end_it, NULL);
    pthread_join(thread, NULL);
    return unused;
}

int main(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, wait_for_it, NULL);
    pthread_join(thread, NULL);
}
