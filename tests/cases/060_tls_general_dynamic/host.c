/* Threads that ran before the load, and threads made after it, each have a fresh copy. */
#include <pthread.h>

#include "loader.h"

enum { EARLY = 3, LATE = 3 };

static pthread_barrier_t loaded;
static void *library;
static int first[EARLY + LATE], second[EARLY + LATE], zero[EARLY + LATE], hidden[EARLY + LATE];
static int by_name[EARLY + LATE];

static void use(int i) {
    first[i] = number(library, "bump");
    second[i] = number(library, "bump");
    zero[i] = number(library, "bump_zero");
    hidden[i] = number(library, "bump_private");
    by_name[i] = *(int *)found(library, "counter");
}

static void *early(void *index) {
    pthread_barrier_wait(&loaded);
    use((int)(long)index);
    return NULL;
}

static void *late(void *index) {
    use((int)(long)index);
    return NULL;
}

int main(void) {
    pthread_t threads[EARLY + LATE];
    pthread_barrier_init(&loaded, NULL, EARLY + 1);
    for (long i = 0; i < EARLY; i++)
        pthread_create(&threads[i], NULL, early, (void *)i);
    library = opened("./libcounter.so", RTLD_NOW);
    pthread_barrier_wait(&loaded);
    for (long i = EARLY; i < EARLY + LATE; i++)
        pthread_create(&threads[i], NULL, late, (void *)i);
    for (int i = 0; i < EARLY + LATE; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < EARLY + LATE; i++)
        printf("%s: %d %d %d %d %d\n", i < EARLY ? "early" : "late", first[i], second[i], zero[i],
               hidden[i], by_name[i]);
    printf("main: %d\n", number(library, "bump"));
}
