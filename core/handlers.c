/* handlers.c - functions that images leave with libc: to be called at exit, or at fork.
 *
 * libc keeps those of all objects in lists of its own, and calls those of exit newest first,
 * whoever left them; so ours belong there too.  It guards that list with a lock which fork does not
 * set free in the child (__exit_funcs_lock): were another thread inside, no exit and no dlclose of
 * the child's would ever come back.  So a space's images come in only while no thread forks.
 *
 * A destructor must not be called that way: it may fork, or wait for a thread that does.  When an
 * image is finalised, libc therefore only hands over what it has, and it is run afterwards.  What
 * is left of it, where a function ends the thread or the process, is the image's until then.
 *
 * glibc 2.35 keeps its lock of fork handlers while it calls ours, and whoever finalises waits for
 * that one inside.  To shut those out during a fork would stop both; there the child takes its
 * chance. */
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
    void (*function)(void *);
    void *argument;
    struct exit_handler *next;
};

static bool shuts_out_forks(void) { return strcmp(gnu_get_libc_version(), "2.35") != 0; }

static void enter(void) {
    if (shuts_out_forks())
        world_enter();
}

static void leave(void) {
    if (shuts_out_forks())
        world_leave();
}

static void run(struct exit_handler *handler) {
    struct exit_handler own = *handler;
    free(handler);
    own.function(own.argument);
}

/* Where what libc hands over goes, instead of being run. */
static __thread struct exit_handler **end_of_taken;

/* Called by libc at exit, or by take_over. */
static void called(void *data) {
    struct exit_handler *handler = data;
    if (end_of_taken != NULL) {
        *end_of_taken = handler;
        end_of_taken = &handler->next;
        return;
    }
    run(handler);
}

/* The image of DSO, which is some address inside it; NULL: none of ours. */
static struct image *image_of(const void *dso) { return addresses_find((uintptr_t)dso); }

static int keep_in_mind(const void *dso, int result) {
    struct image *image = image_of(dso);
    if (image != NULL && result == 0)
        atomic_store(&image->left_handlers, true);
    return result;
}

int handlers_at_exit(void (*function)(void *), void *argument, void *dso) {
    struct exit_handler *handler = malloc(sizeof *handler);
    if (handler == NULL)
        return -1;
    *handler = (struct exit_handler){function, argument, NULL};
    enter();
    int result = keep_in_mind(dso, __cxa_atexit(called, handler, dso));
    leave();
    if (result != 0)
        free(handler);
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

/* Takes what libc has of IMAGE, newest first, before what was taken earlier. */
static void take_over(struct image *image, void *dso) {
    struct exit_handler *taken = NULL;
    enter();
    end_of_taken = &taken;
    __cxa_finalize(dso);
    struct exit_handler **end = end_of_taken;
    end_of_taken = NULL;
    pthread_mutex_lock(&image->space->lock);
    *end = image->exit_handlers;
    image->exit_handlers = taken;
    pthread_mutex_unlock(&image->space->lock);
    leave();
}

static struct exit_handler *next_of(struct image *image) {
    world_enter();
    pthread_mutex_lock(&image->space->lock);
    struct exit_handler *handler = image->exit_handlers;
    if (handler != NULL)
        image->exit_handlers = handler->next;
    pthread_mutex_unlock(&image->space->lock);
    world_leave();
    return handler;
}

/* Runs what is left of an earlier finalisation. */
void handlers_run_taken(struct image *image) {
    for (struct exit_handler *handler; (handler = next_of(image)) != NULL;)
        run(handler);
}

/* __cxa_finalize, which an object's destructor calls for itself.  What its functions leave with
 * libc themselves comes next, as there. */
void handlers_finalise(void *dso) {
    struct image *image = image_of(dso);
    if (image == NULL) {
        __cxa_finalize(dso);
        return;
    }
    for (struct exit_handler *handler = NULL;; run(handler)) {
        if (atomic_exchange(&image->left_handlers, false))
            take_over(image, dso);
        if ((handler = next_of(image)) == NULL)
            return;
    }
}

/* DSO has nothing but fork handlers with libc. */
void handlers_forget_at_fork(void *dso) {
    enter();
    __cxa_finalize(dso);
    leave();
}

void handlers_free(struct image *image) {
    for (struct exit_handler *handler = image->exit_handlers, *next; handler; handler = next) {
        next = handler->next;
        free(handler);
    }
}
