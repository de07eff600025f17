#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader.h"

/* So many that libc's list of them takes longer to walk than all the rest: a fork would nearly
 * always meet a thread that walks it, its lock held. */
enum { HANDLERS = 100000, FORKS = 20, WELL = 7 };

static atomic_int done;

static void nothing(void) {}

static void *open_and_close(void *unused) {
    while (!done)
        dlclose(opened("./libhandler.so", RTLD_NOW));
    return unused;
}

static int exits_in_child(void) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        alarm(20); /* not inherited: a child that waits for ever would outlive the test */
        void *library = opened("./libhandler2.so", RTLD_NOW);
        exit(number(library, "handlers") == 1 && dlclose(library) == 0 ? WELL : 1);
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == WELL;
}

int main(void) {
    pthread_t threads[2];
    int right = 0;
    alarm(50);
    for (int i = 0; i < HANDLERS; i++)
        atexit(nothing);
    dlclose(opened("./libhandler.so", RTLD_NOW)); /* makes the space */
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, open_and_close, NULL);
    for (int i = 0; i < FORKS; i++)
        right += exits_in_child();
    done = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("right %d\n", right);
    return 0;
}
