#include <pthread.h>

static pthread_key_t key;

static void destroy(void *value) { ++*(int *)value; }

int make(void) { return pthread_key_create(&key, destroy); }
void set(int *value) { pthread_setspecific(key, value); }
