#include <pthread.h>
#include <stddef.h>

static pthread_key_t keys[3];
static int destroyed;

static void destroy(void *value) {
    (void)value;
    destroyed++;
}

int make(void) {
    int made = 0;
    for (int i = 0; i < 3; i++)
        made += pthread_key_create(&keys[i], destroy) == 0;
    return made;
}

int use(void) {
    int right = 0;
    for (int i = 0; i < 3; i++)
        right += pthread_getspecific(keys[i]) == NULL && pthread_setspecific(keys[i], keys) == 0 &&
                 pthread_getspecific(keys[i]) == keys;
    return right;
}

int destructions(void) { return destroyed; }
