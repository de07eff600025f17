#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "loader.h"

static atomic_int done;

static void *open_and_close(void *unused) {
    while (!done)
        dlclose(opened("./libadd.so", RTLD_NOW));
    return unused;
}

int main(void) {
    pthread_t threads[3];
    int right = 0;
    alarm(50); /* a child that waits for a lock nobody holds would hang for ever */
    void *forks = opened("./libforks.so", RTLD_NOW);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, open_and_close, NULL);
    for (int i = 0; i < 50; i++)
        right += number(forks, "fork_and_open");
    done = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("right %d\n", right);
}
