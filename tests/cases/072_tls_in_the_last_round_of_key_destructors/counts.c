#include <pthread.h>

static __thread int storage;
static pthread_key_t key;
static int rounds;

/* Asks for one more round each time: glibc gives PTHREAD_DESTRUCTOR_ITERATIONS, which is 4. */
static void destroy(void *value) {
    storage++;
    __atomic_fetch_add(&rounds, 1, __ATOMIC_RELAXED);
    pthread_setspecific(key, value);
}

int make(void) { return pthread_key_create(&key, destroy); }

void use(void) {
#ifdef BEFORE_THE_END
    storage = 1;
#endif
    pthread_setspecific(key, &key);
}

int seen(void) { return __atomic_load_n(&rounds, __ATOMIC_RELAXED); }
