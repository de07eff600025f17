/* handlers.c - functions that images leave with libc: to be called at exit, or at fork.
 *
 * libc keeps those of all objects in lists of its own, and calls those of exit newest first,
 * whoever left them; so ours belong there too.  It guards that list with a lock which fork does not
 * set free in the child (__exit_funcs_lock): were another thread inside, no exit and no dlclose of
 * the child's would ever come back.  So a space's images come in only while no thread forks.
 *
 * __cxa_finalize walks the whole of that list, which thousands of spaces make long.  So an image
 * has a list of its own handlers, and runs them from there when it is finalised.  What libc keeps
 * of one that was run does nothing when it is called, and is taken back with others: libc knows
 * them by the batch they were left in, not by their object, and a batch of which none waits any
 * more is taken out at once.  The more libc has, the larger is a batch: what a handler has to pay
 * for those walks stays the same.  A handler that waits for long keeps its batch's memory, 40 bytes
 * each here and 32 in libc, which would not use a place below that one again either way.
 *
 * libc uses places again from the end of its list only.  A batch is therefore not always filled:
 * once half full it goes whenever none of it waits, and the newest goes along with any other.
 *
 * A destructor must not be called with libc's lock shut against forks: it may fork, or wait for a
 * thread that does.  What is left of an image's list, where a function ends the thread or the
 * process, is the image's until the next finalisation.
 *
 * glibc 2.35 keeps its lock of fork handlers while it calls ours, and whoever finalises waits for
 * that one inside.  To shut those out during a fork would stop both; there the child takes its
 * chance.  For the same reason nobody who holds a lock of ours calls libc here. */
#include "loader.h"

#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>

extern int __cxa_atexit(void (*function)(void *), void *argument, void *dso);
extern int __cxa_at_quick_exit(void (*function)(void *), void *dso);
extern void __cxa_finalize(void *dso);
extern int __register_atfork(void (*prepare)(void), void (*parent)(void), void (*child)(void),
                             void *dso);

struct exit_handler {
    void (*function)(void *); /* NULL: it has been run, or will not be */
    void *argument;
    const void *dso;
    struct exit_handler *older; /* of the same image */
    struct batch *batch;
};

enum { FEWEST = 64, MOST = 16384, SHARE = 8 };

struct batch {
    struct batch *older, *newer;
    size_t before;        /* how many places libc's list has for those in older batches */
    unsigned count, room; /* handlers ever in it; how many there can be */
    unsigned waiting;     /* those that an image has in its list, or is about to */
    atomic_uint users;    /* those that libc has not called, and one until it is to do so */
    struct exit_handler handlers[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf; guards all of this: */
static struct batch *newest;
static struct batch *spent; /* to be taken back from libc; linked by `older` */

void handlers_lock(void) { pthread_mutex_lock(&lock); }
void handlers_unlock(void) { pthread_mutex_unlock(&lock); }

static bool shuts_out_forks(void) { return strcmp(gnu_get_libc_version(), "2.35") != 0; }

static void enter(void) {
    if (shuts_out_forks())
        world_enter();
}

static void leave(void) {
    if (shuts_out_forks())
        world_leave();
}

/* ---- batches, with the lock held ---------------------------------------------------------- */

static struct batch *batch_new(void) {
    size_t before = newest ? newest->before + newest->count : 0, room = before / SHARE;
    room = room < FEWEST ? FEWEST : room > MOST ? MOST : room;
    struct batch *batch = malloc(sizeof *batch + room * sizeof *batch->handlers);
    if (batch == NULL)
        return NULL;
    *batch = (struct batch){.older = newest, .before = before, .room = (unsigned)room, .users = 1};
    if (newest != NULL)
        newest->newer = batch;
    return newest = batch;
}

/* Room for one more handler; NULL: out of memory. */
static struct exit_handler *place_new(void) {
    struct batch *batch = newest;
    if (batch == NULL || batch->count == batch->room)
        batch = batch_new();
    if (batch == NULL)
        return NULL;
    struct exit_handler *handler = &batch->handlers[batch->count++];
    handler->batch = batch;
    batch->waiting++;
    atomic_fetch_add(&batch->users, 1);
    return handler;
}

static void spend(struct batch *batch) {
    *(batch->newer ? &batch->newer->older : &newest) = batch->older;
    if (batch->older != NULL)
        batch->older->newer = batch->newer;
    batch->older = spent;
    spent = batch;
}

/* A handler of BATCH is in no image's list any more. */
static void wait_no_more(struct batch *batch) {
    if (--batch->waiting > 0 || batch->count < batch->room / 2)
        return;
    spend(batch);
    if (newest != NULL && newest->waiting == 0)
        spend(newest);
}

static struct batch *take_spent(void) {
    struct batch *batches = spent;
    spent = NULL;
    return batches;
}

/* ---- what libc has ------------------------------------------------------------------------ */

static void release(struct batch *batch) {
    if (atomic_fetch_sub(&batch->users, 1) == 1)
        free(batch);
}

/* Called by libc: at exit, or by take_back, for which there is nothing left to run.  Who exits may
 * have come here before that, and go on after it. */
static void called(void *data) {
    struct exit_handler *handler = data;
    handlers_lock();
    struct exit_handler own = *handler;
    handler->function = NULL;
    handlers_unlock();
    release(own.batch);
    if (own.function != NULL)
        own.function(own.argument);
}

static void finalise(void *dso) {
    enter();
    __cxa_finalize(dso);
    leave();
}

/* Takes BATCHES out of libc's list. */
static void take_back(struct batch *batches) {
    for (struct batch *batch = batches, *next; batch != NULL; batch = next) {
        next = batch->older;
        finalise(batch);
        release(batch);
    }
}

/* The image of DSO, which is some address inside it; NULL: none of ours. */
static struct image *image_of(const void *dso) { return addresses_find((uintptr_t)dso); }

static int keep_in_mind(const void *dso, int result) {
    struct image *image = image_of(dso);
    if (image != NULL && result == 0)
        atomic_store(&image->left_handlers, true);
    return result;
}

/* Leaves HANDLER with libc, and then in IMAGE's list: whoever finalises that meanwhile does not
 * know of it yet. */
static int add(struct image *image, struct exit_handler *handler) {
    int result = __cxa_atexit(called, handler, handler->batch);
    handlers_lock();
    if (result == 0) {
        handler->older = image->exit_handlers;
        image->exit_handlers = handler;
    } else {
        wait_no_more(handler->batch);
    }
    handlers_unlock();
    if (result != 0)
        release(handler->batch);
    return result;
}

static int add_new(struct image *image, void (*function)(void *), void *argument, const void *dso) {
    handlers_lock();
    struct exit_handler *handler = place_new();
    handlers_unlock();
    if (handler == NULL)
        return -1;
    handler->function = function;
    handler->argument = argument;
    handler->dso = dso;
    return add(image, handler);
}

int handlers_at_exit(void (*function)(void *), void *argument, void *dso) {
    struct image *image = image_of(dso);
    enter();
    int result =
        image ? add_new(image, function, argument, dso) : __cxa_atexit(function, argument, dso);
    leave();
    return result;
}

int handlers_at_quick_exit(void (*function)(void *), void *dso) {
    enter();
    int result = keep_in_mind(dso, __cxa_at_quick_exit(function, dso));
    leave();
    return result;
}

int handlers_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *dso) {
    return keep_in_mind(dso, __register_atfork(prepare, parent, child, dso));
}

/* Takes the newest handler of IMAGE, or the newest of DSO, out of its list and runs it. */
static bool run_newest(struct image *image, const void *dso) {
    handlers_lock();
    struct exit_handler **at = &image->exit_handlers, *found, own = {0};
    while ((found = *at) != NULL && dso != NULL && found->dso != dso)
        at = &found->older;
    if (found != NULL) {
        own = *found;
        *at = found->older;
        found->function = NULL;
        wait_no_more(found->batch);
    }
    struct batch *batches = take_spent();
    handlers_unlock();
    take_back(batches);
    if (own.function != NULL)
        own.function(own.argument);
    return found != NULL;
}

/* Runs what is left of an earlier finalisation. */
void handlers_run_rest(struct image *image) {
    while (run_newest(image, NULL))
        continue;
}

/* __cxa_finalize, which an object's destructor calls for itself.  What its functions leave with
 * libc themselves comes next, as there. */
void handlers_finalise(void *dso) {
    struct image *image = image_of(dso);
    if (image == NULL) {
        __cxa_finalize(dso);
        return;
    }
    do
        if (atomic_exchange(&image->left_handlers, false))
            finalise(dso);
    while (run_newest(image, dso));
}

/* DSO has nothing but fork handlers with libc. */
void handlers_forget_at_fork(void *dso) { finalise(dso); }

/* Those that IMAGE never ran are forgotten.  Their batches are taken back by another. */
void handlers_free(struct image *image) {
    handlers_lock();
    for (struct exit_handler *handler = image->exit_handlers, *older; handler; handler = older) {
        older = handler->older;
        handler->function = NULL;
        wait_no_more(handler->batch);
    }
    image->exit_handlers = NULL;
    handlers_unlock();
}
