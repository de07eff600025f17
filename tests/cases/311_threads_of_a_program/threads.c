#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_t first;
static pthread_key_t key;

static void handler(void) {
    printf("handler, in the first thread %d\n", pthread_equal(first, pthread_self()) != 0);
}

static void never(void *value) { printf("destructor of a key, %s\n", (char *)value); }

static void *worker(void *way) {
    if (strcmp(way, "exit") == 0) {
        pthread_setspecific(key, "never seen");
        exit(21);
    }
    pthread_join(first, NULL);
    printf("the first thread is gone\n");
    return NULL;
}

int main(int argc, char **argv) {
    pthread_t thread;
    (void)argc;
    first = pthread_self();
    atexit(handler);
    pthread_key_create(&key, never);
    pthread_create(&thread, NULL, worker, argv[1]);
    if (strcmp(argv[1], "exit") == 0)
        pthread_join(thread, NULL);
    pthread_exit(NULL);
}
