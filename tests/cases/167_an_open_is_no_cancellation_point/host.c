#include <pthread.h>
#include <unistd.h>

#include "loader.h"

static void *open_cancelled(void *file) {
    pthread_cancel(pthread_self());
    void *handle = dlopen(file, RTLD_NOW);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    printf("%s: %s\n", (char *)file, handle ? "opened" : "refused");
    return handle;
}

static void *open_slow(void *unused) {
    opened("./libslow.so", RTLD_NOW);
    return unused;
}

static void join(pthread_t thread) {
    void *result;
    pthread_join(thread, &result);
    if (result == PTHREAD_CANCELED)
        puts("cancelled");
}

int main(void) {
    pthread_t first, second;
    int ends[2];
    char text[16], byte;
    if (pipe(ends) != 0)
        return 1;
    snprintf(text, sizeof text, "%d", ends[1]);
    setenv("CONSTRUCTING", text, 1);
    alarm(20); /* a lock left behind would be waited for for ever */
    the_space();
    pthread_create(&first, NULL, open_cancelled, "./libadd.so");
    join(first);
    opened("./libother.so", RTLD_NOW);
    pthread_create(&first, NULL, open_slow, NULL);
    if (read(ends[0], &byte, 1) != 1)
        return 1;
    pthread_create(&second, NULL, open_cancelled, "./libslow.so");
    join(second);
    join(first);
    opened("./libother.so", RTLD_NOW);
    puts("others open");
}
