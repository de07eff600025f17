/* The first seed's library: starts a thread, and was never linked with a thread library. */
#include <pthread.h>
#include <stdio.h>

static int seen;

static void *function(void *argument) {
    seen += ((const char *)argument)[0] == '1';
    return NULL;
}

int say_hello(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, function, "111") != 0)
        return -1;
    pthread_join(thread, NULL);
    return seen;
}

int make_key(void) {
    pthread_key_t key;
    return pthread_key_create(&key, NULL) == 0 ? (int)key : -1;
}

int by_popen(const char *command) {
    int number = -1;
    FILE *pipe = popen(command, "r");
    if (pipe == NULL)
        return -1;
    if (fscanf(pipe, "%d", &number) != 1)
        number = -2;
    return pclose(pipe) == 0 ? number : -3;
}
