#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "links.h"
#include "loader.h"

static isolde_space *provider, *user;
static atomic_int done;

static void *open_and_close(void *unused) {
    while (!done)
        isolde_dlclose(isolde_dlopen(user, "./libquietuser.so", RTLD_NOW));
    return unused;
}

/* What the parent's threads had open may be open for ever in the child; what links held is not. */
static int works_in_child(void) {
    void *handle = isolde_dlopen(user, "./libuser.so", RTLD_NOW);
    if (call(handle, "use") < 1 || isolde_space_close(provider) != 0 || call(handle, "use") < 1 ||
        isolde_space_close(user) != 0)
        return 1;
    return mappings_of("/libbase.so") + mappings_of("/libquiet.so");
}

int main(void) {
    pthread_t threads[2];
    int right = 0;
    alarm(50);
    setvbuf(stdout, NULL, _IONBF, 0);
    provider = space_here("provider");
    user = space_here("user");
    link_for(user, provider, "libbase.so");
    link_for(user, provider, "libquiet.so");
    open_there(user, "./libuser.so");
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, open_and_close, NULL);
    for (int i = 0; i < 40; i++) {
        int status = -1;
        pid_t child = fork();
        if (child == 0) {
            fclose(stdout);
            _exit(works_in_child());
        }
        waitpid(child, &status, 0);
        right += status == 0;
    }
    done = 1;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    printf("right %d\n", right);
}
