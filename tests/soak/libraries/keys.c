/* Makes more keys of threads than a few copies can take of the process's 1,024. */
#include <pthread.h>

enum { KEYS = 200 };

static pthread_key_t keys[KEYS];

__attribute__((constructor)) static void construct(void) {
    for (int i = 0; i < KEYS; i++)
        if (pthread_key_create(&keys[i], 0) != 0)
            keys[i] = ~0u;
}

__attribute__((destructor)) static void destruct(void) {
    for (int i = 0; i < KEYS; i++)
        pthread_key_delete(keys[i]);
}

/* Each thread finds in every key what it has put there. */
int keep(int number) {
    for (long i = 0; i < KEYS; i++)
        if (pthread_setspecific(keys[i], (void *)(number + i)) != 0)
            return -1;
    for (long i = 0; i < KEYS; i++)
        if (pthread_getspecific(keys[i]) != (void *)(number + i))
            return -1;
    return number;
}
