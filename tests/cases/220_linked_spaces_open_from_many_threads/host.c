#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "links.h"
#include "loader.h"

enum { THREADS = 8, ROUNDS = 200 };

static isolde_space *left, *right;
static pthread_barrier_t together;
static atomic_int good;

static int open_call_close(isolde_space *space, const char *file, const char *function) {
    void *library = isolde_dlopen(space, file, RTLD_NOW);
    int called = call(library, function);
    return called > 0 && isolde_dlclose(library) == 0;
}

static void *work(void *number) {
    int even = (long)number % 2 == 0;
    pthread_barrier_wait(&together);
    for (int round = 0; round < ROUNDS; round++)
        good += even ? open_call_close(left, "./libwants_right.so", "use") +
                           open_call_close(left, "libleft.so", "next")
                     : open_call_close(right, "./libwants_left.so", "use") +
                           open_call_close(right, "libright.so", "next");
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    alarm(50); /* two spaces that wait for each other's lock would hang for ever */
    left = space_here("left");
    right = space_here("right");
    link_for(left, right, "libright.so");
    link_for(right, left, "libleft.so");
    pthread_barrier_init(&together, NULL, THREADS);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("good %d of %d\n", good, 2 * THREADS * ROUNDS);
    print_images(left);
    print_images(right);
    printf("closed %d %d\n", isolde_space_close(left), isolde_space_close(right));
    printf("mapped %d\n", mappings_of("/libleft.so") + mappings_of("/libright.so"));
}
