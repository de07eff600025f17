#include <pthread.h>
#include <unistd.h>

#include "loader.h"

static pthread_barrier_t reached, go_on;

/* Called by libhosts.so. */
void reach_constructor(void) {
    pthread_barrier_wait(&reached);
    pthread_barrier_wait(&go_on);
}

static Lmid_t namespace(void *handle) {
    Lmid_t id = -1;
    dlinfo(handle, RTLD_DI_LMID, &id);
    return id;
}

static void *open_next(void *id) { return dlmopen(*(Lmid_t *)id, "./libnext.so", RTLD_NOW); }

int main(void) {
    pthread_t thread;
    void *next;
    alarm(20);
    pthread_barrier_init(&reached, NULL, 2);
    pthread_barrier_init(&go_on, NULL, 2);
    void *first = dlmopen(LM_ID_NEWLM, "./libfirst.so", RTLD_NOW);
    Lmid_t id = namespace(first);
    pthread_create(&thread, NULL, open_next, &id);
    pthread_barrier_wait(&reached);
    printf("closed %d\n", (dlclose)(first));
    pthread_barrier_wait(&go_on);
    pthread_join(thread, &next);
    printf("opened %d, next %d\n", next != NULL, next ? number(next, "next") : 0);
    printf("same %d\n", namespace(next) == id);
    printf("closed %d\n", (dlclose)(next));
    printf("gone %d\n", dlmopen(id, "./libfirst.so", RTLD_NOW) == NULL);
}
