#include <errno.h>
#include <pthread.h>

static void *runs(void *ran) {
    errno = 7;
    return ran;
}

int in_a_thread(void) {
    static int argument;
    pthread_t thread;
    void *result = 0;
    errno = 3;
    if (pthread_create(&thread, 0, runs, &argument) != 0 || pthread_join(thread, &result) != 0)
        return -1;
    return (result == &argument) * 10 + errno;
}
