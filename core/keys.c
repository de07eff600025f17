/* keys.c - pthread keys of spaces.
 *
 * A process has 1,024 keys (PTHREAD_KEYS_MAX) and libgomp alone takes two a copy.  So spaces take
 * glibc's only up to a share of them; further keys are ours, with numbers from 1,024 upwards that
 * pthread_getspecific and its kin understand when an image of a space calls them.  Ours are as
 * glibc's: a value for each thread, destructors in up to four rounds as the thread ends.
 *
 * Whichever they are, the keys that a space created are deleted when it closes. */
#include "loader.h"
#include "thread.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    REAL_MAX = PTHREAD_KEYS_MAX,
    REAL_SHARE = REAL_MAX / 2, /* what spaces take of glibc's; the rest is left to the host */
    CHUNK = 1024,
    CHUNKS = 256
};

struct key {
    atomic_ulong sequence; /* odd: in use.  A value is the key's if it carries this number */
    _Atomic(void (*)(void *)) run;
    unsigned long owner; /* owner_of the image that created it */
};

struct key_value {
    unsigned long sequence;
    void *value;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic(struct key *) chunks[CHUNKS];
static unsigned used_end;  /* keys of ours from here on were never in use */
static unsigned free_from; /* none below is free */
static unsigned real_count;
static unsigned long real_owner[REAL_MAX]; /* owner_of what created it; 0: not a space */

void keys_lock(void) { pthread_mutex_lock(&lock); }
void keys_unlock(void) { pthread_mutex_unlock(&lock); }

/* The key of ours with this number, or NULL. */
static struct key *key_at(unsigned number) {
    unsigned index = number - REAL_MAX;
    struct key *chunk = index / CHUNK < CHUNKS ? atomic_load(&chunks[index / CHUNK]) : NULL;
    return chunk ? &chunk[index % CHUNK] : NULL;
}

static struct key *key_free(unsigned *number) {
    for (unsigned index = free_from; index < CHUNK * CHUNKS; index++) {
        if (atomic_load(&chunks[index / CHUNK]) == NULL) {
            struct key *chunk = calloc(CHUNK, sizeof *chunk);
            if (chunk == NULL)
                return NULL;
            atomic_store(&chunks[index / CHUNK], chunk);
        }
        struct key *key = key_at(REAL_MAX + index);
        if (atomic_load(&key->sequence) % 2 == 0) {
            *number = REAL_MAX + index;
            free_from = index + 1;
            if (used_end < free_from)
                used_end = free_from;
            return key;
        }
    }
    return NULL;
}

static int create_own(unsigned long owner, pthread_key_t *number, void (*run)(void *)) {
    struct key *key = key_free(number);
    if (key == NULL)
        return EAGAIN;
    key->owner = owner;
    atomic_store(&key->run, run);
    atomic_fetch_add(&key->sequence, 1);
    return 0;
}

/* A run of a program has a number of its own, or its space has: theirs never meet. */
static unsigned long owner_of(const struct isolde_space *space, const struct run *run) {
    return run ? ~program_id(run) : space->id;
}

/* pthread_key_create from inside IMAGE. */
int keys_create(struct image *image, pthread_key_t *number, void (*run)(void *)) {
    unsigned long owner = owner_of(image->space, image->run);
    pthread_mutex_lock(&lock);
    int result = real_count < REAL_SHARE ? pthread_key_create(number, run) : EAGAIN;
    if (result == 0) {
        real_count++;
        real_owner[*number] = owner;
    } else {
        result = create_own(owner, number, run);
    }
    if (result == 0)
        atomic_store(&image->space->made_keys, true);
    pthread_mutex_unlock(&lock);
    return result;
}

static void forget_real(pthread_key_t number) {
    real_owner[number] = 0;
    real_count--;
}

static int delete_own(pthread_key_t number) {
    struct key *key = key_at(number);
    if (key == NULL || atomic_load(&key->sequence) % 2 == 0)
        return EINVAL;
    atomic_fetch_add(&key->sequence, 1);
    if (number - REAL_MAX < free_from)
        free_from = number - REAL_MAX;
    return 0;
}

int keys_delete(pthread_key_t number) {
    pthread_mutex_lock(&lock);
    int result = 0;
    if (number >= REAL_MAX)
        result = delete_own(number);
    else if (real_owner[number] != 0)
        forget_real(number);
    pthread_mutex_unlock(&lock);
    return number < REAL_MAX ? pthread_key_delete(number) : result;
}

/* Those that a space, or a run in it, has made. */
void keys_delete_all(const struct isolde_space *space, const struct run *run) {
    unsigned long owner = owner_of(space, run);
    if (!atomic_load(&space->made_keys))
        return;
    pthread_mutex_lock(&lock);
    for (pthread_key_t number = 0; number < REAL_MAX; number++)
        if (real_owner[number] == owner) {
            forget_real(number);
            pthread_key_delete(number);
        }
    for (unsigned i = 0; i < used_end; i++)
        if (key_at(REAL_MAX + i)->owner == owner)
            delete_own(REAL_MAX + i);
    pthread_mutex_unlock(&lock);
}

/* ---- values -----------------------------------------------------------------------------------
 */

void *keys_get(pthread_key_t number) {
    if (LIKELY(number < REAL_MAX))
        return pthread_getspecific(number);
    const struct thread_rest *rest = isolde_thread.rest;
    const struct key *key = key_at(number);
    unsigned index = number - REAL_MAX;
    if (rest == NULL || key == NULL || index >= rest->key_value_count ||
        rest->key_values[index].sequence != atomic_load(&key->sequence))
        return NULL;
    return rest->key_values[index].value;
}

static struct key_value *value_place(unsigned index) {
    struct thread_rest *rest = thread_rest();
    if (rest == NULL)
        return NULL;
    if (index >= rest->key_value_count) {
        size_t count = (index + 64) & ~(size_t)63;
        struct key_value *bigger = realloc(rest->key_values, count * sizeof *bigger);
        if (bigger == NULL)
            return NULL;
        memset(bigger + rest->key_value_count, 0, (count - rest->key_value_count) * sizeof *bigger);
        rest->key_values = bigger;
        rest->key_value_count = count;
    }
    return &rest->key_values[index];
}

int keys_set(pthread_key_t number, const void *value) {
    if (LIKELY(number < REAL_MAX))
        return pthread_setspecific(number, value);
    const struct key *key = key_at(number);
    unsigned long sequence = key ? atomic_load(&key->sequence) : 0;
    if (sequence % 2 == 0)
        return EINVAL;
    struct key_value *place = value_place(number - REAL_MAX);
    if (place == NULL)
        return ENOMEM;
    *place = (struct key_value){sequence, (void *)value};
    return 0;
}

/* This thread's values for the keys of a run, which are not destroyed. */
void keys_forget_values(const struct isolde_space *space, const struct run *run) {
    unsigned long owner = owner_of(space, run);
    const struct thread_rest *rest = isolde_thread.rest;
    if (!atomic_load(&space->made_keys))
        return;
    pthread_mutex_lock(&lock);
    for (pthread_key_t number = 0; number < REAL_MAX; number++)
        if (real_owner[number] == owner)
            pthread_setspecific(number, NULL);
    for (size_t i = 0; i < rest->key_value_count; i++)
        if (key_at(REAL_MAX + (unsigned)i)->owner == owner)
            rest->key_values[i].value = NULL;
    pthread_mutex_unlock(&lock);
}

/* One round of destructors of this thread, which ends. */
void keys_run_destructors(const struct thread_rest *rest) {
    for (size_t i = 0; i < rest->key_value_count; i++) {
        const struct key *key = key_at(REAL_MAX + (unsigned)i);
        void *value = rest->key_values[i].value;
        bool live = value != NULL && rest->key_values[i].sequence == atomic_load(&key->sequence);
        void (*run)(void *) = live ? atomic_load(&key->run) : NULL;
        rest->key_values[i].value = NULL;
        if (run != NULL)
            run(value);
    }
}
