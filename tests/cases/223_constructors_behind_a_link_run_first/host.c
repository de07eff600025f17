#include <pthread.h>

#include "links.h"

enum { THREADS = 8 };

static pthread_barrier_t together;
static isolde_space *provider, *users[2];

static void *open_it(void *number) {
    long n = (long)number;
    pthread_barrier_wait(&together);
    void *library = open_there(n < 2 ? provider : users[n % 2], "./libuser.so");
    return (void *)(long)(call(library, "use") != 1);
}

int main(void) {
    pthread_t threads[THREADS];
    long early = 0;
    provider = space_here("provider");
    for (int i = 0; i < 2; i++) {
        users[i] = space_here("user");
        link_for(users[i], provider, "libslow.so");
    }
    pthread_barrier_init(&together, NULL, THREADS);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, open_it, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        early += result != NULL;
    }
    printf("too early %ld\n", early);
}
