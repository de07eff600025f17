#include <pthread.h>
#include <unistd.h>

#include "loader.h"

static isolde_space *outer;
static void *user;

static void close_outer(void) {
    printf("closed %d\n", isolde_space_close(outer));
    puts(dlerror());
}

static void close_user(void) { printf("closed %d\n", dlclose(user)); }

static void *stay(void *library) {
    run(library, "stay_until_the_thread_ends");
    dlclose(library); /* unloaded when this thread ends */
    return NULL;
}

int main(void) {
    static const char *const sonames[] = {"libends.so", NULL};
    pthread_t thread;
    alarm(20); /* a close that waits for its own thread would wait for ever */
    outer = isolde_space_new("outer", NULL);
    isolde_space *provider = isolde_space_new("provider", NULL);
    isolde_space *using = isolde_space_new("user", NULL);
    void *first = isolde_dlopen(outer, "./libends.so", RTLD_NOW);
    void *ends = isolde_dlopen(provider, "./libends.so", RTLD_NOW);
    isolde_space_link(using, provider, sonames);
    user = isolde_dlopen(using, "./libuser.so", RTLD_NOW);
    *(void (**)(void))found(first, "at_end") = close_user;
    *(void (**)(void))found(ends, "at_end") = close_outer;
    dlclose(ends);
    pthread_create(&thread, NULL, stay, first);
    pthread_join(thread, NULL);
    printf("closed %d\n", isolde_space_close(outer));
}
