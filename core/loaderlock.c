/* loaderlock.c - glibc's locks of its loader, and fork.
 *
 * dlopen(3) and dlclose(3) hold one lock from their beginning to their end, constructors included;
 * dl_iterate_phdr(3), and they for moments, hold another, of the list of objects.  fork takes
 * neither.  glibc sets the first free in the child, where the list is as the others' threads have
 * left it, half changed: so we ask for no carrier while a thread forks.  It forgets the second, and
 * the child would wait for it for ever: we set it free.
 *
 * Who asks for a carrier takes glibc's lock before he keeps forks out.  Otherwise he could wait for
 * one who runs constructors under it, and those may fork.
 *
 * Both are unnamed inside _rtld_global.  The second is the one that is held while dl_iterate_phdr
 * calls, and no longer after it; the first stands before it in every glibc (2.35 to 2.42).  Where
 * they are not found, glibc is left to do as it does. */
#include "loader.h"

#include <unistd.h>

static pthread_mutex_t *loader_lock, *list_lock; /* NULL: not found */

enum { MOST_HELD = 8 };

struct held {
    pthread_mutex_t *lock;
    unsigned count;
};

struct scan {
    char *start, *end;
    struct held held[MOST_HELD];
    unsigned found;
};

static bool is_recursive(const pthread_mutex_t *lock) {
    return lock->__data.__kind == PTHREAD_MUTEX_RECURSIVE_NP;
}

/* Called for the first object only: notes what locks this thread holds. */
static int note_held(struct dl_phdr_info *info, size_t size, void *data) {
    struct scan *scan = data;
    pid_t self = gettid();
    (void)info;
    (void)size;
    for (char *at = scan->start; at + sizeof(pthread_mutex_t) <= scan->end; at += sizeof(void *)) {
        pthread_mutex_t *lock = (pthread_mutex_t *)at;
        if (is_recursive(lock) && lock->__data.__owner == self && lock->__data.__count > 0 &&
            scan->found < MOST_HELD)
            scan->held[scan->found++] = (struct held){lock, lock->__data.__count};
    }
    return 1;
}

void loaderlock_start(void) {
    struct scan scan = {0};
    scan.start = host_loader_data("_rtld_global", &scan.end);
    if (scan.start == NULL)
        return;
    glibc.dl_iterate_phdr(note_held, &scan);
    for (unsigned i = 0; i < scan.found; i++)
        if (scan.held[i].lock->__data.__count < scan.held[i].count)
            list_lock = scan.held[i].lock;
    if (list_lock != NULL && (char *)(list_lock - 1) >= scan.start && is_recursive(list_lock - 1))
        loader_lock = list_lock - 1;
}

/* Until loaderlock_leave no thread forks, and this one alone is in glibc's loader. */
void loaderlock_enter(void) {
    if (loader_lock == NULL)
        return;
    pthread_mutex_lock(loader_lock);
    while (!world_try_enter()) {
        pthread_mutex_unlock(loader_lock);
        world_enter(); /* waits for the fork to be over */
        world_leave();
        pthread_mutex_lock(loader_lock);
    }
}

void loaderlock_leave(void) {
    if (loader_lock == NULL)
        return;
    world_leave();
    pthread_mutex_unlock(loader_lock);
}

void loaderlock_reset_after_fork(void) {
    if (list_lock != NULL)
        *list_lock = (pthread_mutex_t)PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
}
