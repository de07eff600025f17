#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "links.h"
#include "loader.h"

/* The more hold the provider, the longer its lock is held for each. */
enum { HOLDERS = 100, FORKS = 300 };

static isolde_space *provider;
static atomic_int done;

static isolde_space *linked_space(void) {
    isolde_space *space = space_here(NULL);
    link_for(space, provider, "libquiet.so");
    return space;
}

static void *open_and_close(void *space) {
    while (!done)
        isolde_dlclose(isolde_dlopen(space, "./libquietuser.so", RTLD_NOW));
    return NULL;
}

static int closes_in_child(isolde_space *own) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        alarm(20); /* not inherited: a child that waits for ever would outlive the test */
        _exit(isolde_space_close(own) == 0 && isolde_space_close(provider) == 0 ? 0 : 1);
    }
    return waitpid(child, &status, 0) == child && status == 0;
}

int main(void) {
    pthread_t threads[2];
    int right = 0;
    alarm(50);
    provider = space_here("provider");
    for (int i = 0; i < HOLDERS; i++)
        open_there(linked_space(), "./libquietuser.so");
    isolde_space *own = linked_space();
    open_there(own, "./libquietuser.so");
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, open_and_close, linked_space());
    for (int i = 0; i < FORKS; i++)
        right += closes_in_child(own);
    done = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("right %d\n", right);
    return 0;
}
