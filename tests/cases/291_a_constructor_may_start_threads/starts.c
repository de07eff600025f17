#include <errno.h>
#include <pthread.h>
#include <stddef.h>

static __thread int own = 20;
static int total;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void add_one(void) { total++; }

static void *work(void *unused) {
    errno = ++own;
    pthread_once(&once, add_one);
    total += errno;
    return unused;
}

__attribute__((constructor)) static void begin(void) {
    pthread_t thread;
    for (int i = 0; i < 2; i++)
        if (pthread_create(&thread, NULL, work, NULL) == 0)
            pthread_join(thread, NULL);
}

int sum(void) { return total + own; }
