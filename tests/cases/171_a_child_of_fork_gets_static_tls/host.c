#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader.h"

static atomic_int done;

static void *open_and_close(void *unused) {
    while (!done)
        dlclose(opened("./libcounter.so", RTLD_NOW));
    return unused;
}

static int counts_in_child(void) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        alarm(20); /* not inherited: a child that waits for ever would outlive the test */
        void *library = opened("./libcounter.so", RTLD_NOW);
        _exit(number(library, "count") == 8 && dlclose(library) == 0 ? 0 : 1);
    }
    return waitpid(child, &status, 0) == child && status == 0;
}

int main(void) {
    pthread_t thread;
    int right = 0;
    alarm(50);
    dlclose(opened("./libcounter.so", RTLD_NOW)); /* makes the space */
    pthread_create(&thread, NULL, open_and_close, NULL);
    for (int i = 0; i < 50; i++)
        right += counts_in_child();
    done = 1;
    pthread_join(thread, NULL);
    printf("right %d\n", right);
    return 0;
}
