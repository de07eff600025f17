/* space.c - the spaces: making them, listing them, finding them. */
#include "loader.h"
#include "thread.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct isolde_space *space_newest; /* guarded by the pool's lock */

void strings_free(char **strings) {
    for (size_t i = 0; strings != NULL && strings[i] != NULL; i++)
        free(strings[i]);
    free(strings);
}

char **strings_copy(const char *const *strings) {
    size_t count = 0;
    while (strings != NULL && strings[count] != NULL)
        count++;
    char **copy = calloc(count + 1, sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++)
        if ((copy[i] = strdup(strings[i])) == NULL) {
            strings_free(copy);
            return NULL;
        }
    return copy;
}

static void release_space(struct isolde_space *space) {
    free(space->name);
    strings_free(space->search_path);
    strings_free(space->shared);
    strings_free(space->lent);
    scope_free(&space->images);
    scope_free(&space->global);
    scope_free(&space->borrowed);
    free(space->unique);
    link_free_all(space);
    free(space->holders);
    pthread_mutex_destroy(&space->lock);
    pthread_cond_destroy(&space->initialised);
    space_slot_free(space);
}

static void reset_locks(struct isolde_space *space) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&space->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    pthread_cond_init(&space->initialised, NULL);
}

static bool privatises(const char *const *shared) {
    while (shared != NULL && *shared != NULL && **shared != '!')
        shared++;
    return shared != NULL && *shared != NULL;
}

/* "space-" and its number; malloc'd, or NULL.  By asprintf(3) the first space of a process would
 * pay for the pages of printf. */
static char *default_name(unsigned long id) {
    char text[sizeof "space-" + 3 * sizeof id], *at = text + sizeof text - 1;
    *at = '\0';
    do
        *--at = (char)('0' + id % 10);
    while ((id /= 10) != 0);
    return strdup(memcpy(at - 6, "space-", 6));
}

static void fill_space(struct isolde_space *space, const char *name,
                       const struct isolde_options *options) {
    static atomic_ulong last_id;
    static const struct isolde_options none;
    const struct isolde_options *o = options ? options : &none;
    space->last_map = NULL;
    space->id = atomic_fetch_add(&last_id, 1) + 1;
    space->name = name ? strdup(name) : default_name(space->id);
    space->search_path = strings_copy(o->search_path);
    space->shared = strings_copy(o->shared);
    space->privatises = privatises(o->shared);
    space->lender = NULL;
    space->lent = NULL;
    space->host = o->host;
    space->lazy = o->lazy;
    space->ends_when_empty = false;
    space->images = space->global = space->borrowed = (struct scope){0};
    space->run = NULL;
    space->unique = NULL;
    space->unique_count = space->unique_capacity = space->searched = 0;
    space->links = NULL;
    space->holders = NULL;
    space->link_count = space->link_capacity = space->holder_count = space->holder_capacity = 0;
    atomic_store(&space->leader, space);
    space->next_member = NULL;
    atomic_store(&space->made_keys, false);
    atomic_store(&space->sweep_wanted, false);
    atomic_store(&space->end_wanted, false);
    reset_locks(space);
    space->changes = 0;
    atomic_store(&space->readable, false);
    /* Last: who let go of the one that had this slot may look around in it from here on. */
    atomic_store(&space->stage, SPACE_OPEN);
}

static void enter_list(struct isolde_space *space) {
    pool_lock();
    space->live = 1;
    space->previous = NULL;
    space->next = space_newest;
    if (space_newest != NULL)
        space_newest->previous = space;
    space_newest = space;
    pool_unlock();
}

static void leave_list(struct isolde_space *space) {
    pool_lock();
    if (space->previous != NULL)
        space->previous->next = space->next;
    else
        space_newest = space->next;
    if (space->next != NULL)
        space->next->previous = space->previous;
    pool_unlock();
}

/* The end of SPACE: out of the list, its memory and slot given back. */
void space_forget(struct isolde_space *space) {
    leave_list(space);
    release_space(space);
}

struct isolde_space *space_new(const char *name, const struct isolde_options *options) {
    if (options != NULL && options->size != sizeof *options) {
        error_set(ISOLDE_EINVALID, NULL,
                  "isolde_options.size is %zu, not sizeof(struct "
                  "isolde_options) = %zu",
                  options->size, sizeof *options);
        return NULL;
    }
    if (options != NULL && host_check_policy(options->shared) < 0)
        return NULL;
    unwind_require();
    world_enter();
    struct isolde_space *space = space_slot_new();
    if (space != NULL) {
        fill_space(space, name, options);
        if (space->name == NULL || space->search_path == NULL || space->shared == NULL) {
            error_set(ISOLDE_EMEMORY, NULL, "out of memory");
            release_space(space);
            space = NULL;
        } else {
            debugger_add_space(space);
            enter_list(space);
        }
    }
    world_leave();
    return space;
}

size_t space_list(struct isolde_space **spaces, size_t capacity) {
    size_t count = 0;
    pool_lock();
    for (struct isolde_space *s = space_newest; s != NULL; s = s->next)
        if (atomic_load(&s->stage) == SPACE_OPEN) {
            if (count < capacity)
                spaces[count] = s;
            count++;
        }
    pool_unlock();
    return count;
}

struct isolde_space *space_with_id(unsigned long id) {
    struct isolde_space *found = NULL;
    pool_lock();
    for (struct isolde_space *s = space_newest; s != NULL && found == NULL; s = s->next)
        if (s->id == id && s->live)
            found = s;
    pool_unlock();
    return found;
}

/* The child has one thread; what the parent's others were in the middle of will not end. */
void space_reset_after_fork(void) {
    for (struct isolde_space *s = space_newest; s != NULL; s = s->next) {
        reset_locks(s);
        readers_reset_after_fork(s);
        if (s->run != NULL && s->run == program_of_thread())
            program_reset_after_fork(s->run);
        else
            s->run = NULL;                           /* its threads are not here */
        space_advance(s, SPACE_CLOSING, SPACE_OPEN); /* the thread that was deciding is not here */
        threads_reset_after_fork(s);
        unwind_recount_after_fork(s);
        calls_reset_after_fork(s);
        for (size_t i = 0; i < s->images.count; i++)
            if (s->images.list[i]->state == IMAGE_INITIALISING)
                s->images.list[i]->state = IMAGE_READY;
    }
    link_recount_after_fork(space_newest);
}
