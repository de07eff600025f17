#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <threads.h>

enum { KEYS = 700 };

static pthread_key_t keys[KEYS];
static int values[KEYS], destroyed, rounds;

static void destroy(void *value) { destroyed += value != NULL; }

static void again(void *value) {
    rounds++;
    pthread_setspecific(keys[KEYS - 1], value);
}

/* How many were made, each with another number. */
int make(void) {
    int made = 0;
    for (int i = 0; i < KEYS; i++)
        made += pthread_key_create(&keys[i], i == KEYS - 1 ? again : i % 2 ? destroy : NULL) == 0;
    for (int i = 0; i < KEYS; i++)
        for (int j = i + 1; j < KEYS; j++)
            made -= keys[i] == keys[j];
    return made;
}

/* How many were empty and then held what was stored. */
int use(void) {
    int right = 0;
    for (int i = 0; i < KEYS; i++)
        right +=
            pthread_getspecific(keys[i]) == NULL && pthread_setspecific(keys[i], &values[i]) == 0;
    for (int i = 0; i < KEYS; i++)
        right += pthread_getspecific(keys[i]) == &values[i];
    return right;
}

int destructions(void) { return destroyed; }
int rounds_of_the_last(void) { return rounds; }

/* A key made anew, perhaps under the same number, holds nothing. */
int renew_the_last(void) {
    pthread_key_t *last = &keys[KEYS - 2];
    int was = pthread_getspecific(*last) == &values[KEYS - 2];
    return was && pthread_key_delete(*last) == 0 && pthread_key_create(last, NULL) == 0 &&
           pthread_getspecific(*last) == NULL;
}

int deleted_twice(void) {
    pthread_key_t last = keys[KEYS - 2];
    int first = pthread_key_delete(last), second = pthread_key_delete(last);
    return first == 0 && second == EINVAL && pthread_setspecific(last, &last) == EINVAL;
}

int by_c11(void) {
    tss_t key;
    if (tss_create(&key, destroy) != thrd_success || tss_get(key) != NULL)
        return 0;
    int right = tss_set(key, &key) == thrd_success && tss_get(key) == &key;
    tss_delete(key);
    return right;
}
