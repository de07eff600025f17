/* threads.c - what threads owe to an image: code of it that runs later, or still.
 *
 * An image may be unmapped only when nothing will call into it any more.  Three things would:
 *   - a thread_local destructor registered for a thread that still runs (the C++ ABI's
 *     __cxa_thread_atexit).  glibc charges one of an object it does not know to the program, so
 *     ours are wrapped and counted;
 *   - a thread that an image started: counted until it ends, however it ends;
 *   - the destructor of a pthread key: keys.c. */
#include "loader.h"
#include "thread.h"

#include <errno.h>
#include <stdlib.h>

extern int __cxa_thread_atexit_impl(void (*run)(void *), void *object, void *dso);
extern void *__dso_handle __attribute__((visibility("hidden")));

struct pending_destructor {
    void (*run)(void *);
    void *object;
    struct image *image;
    struct pending_destructor *older, *newer;
};

static void unlink_pending(struct pending_destructor *pending) {
    struct thread_rest *rest = isolde_thread.rest;
    if (pending->newer != NULL)
        pending->newer->older = pending->older;
    else
        rest->destructors = pending->older;
    if (pending->older != NULL)
        pending->older->newer = pending->newer;
}

/* RUN: or only forget it. */
static void settle_pending(struct pending_destructor *pending, bool run) {
    struct image *image = pending->image;
    struct isolde_space *space = image->space;
    unlink_pending(pending);
    pending->image = NULL; /* done: glibc's call, which comes later, only frees */
    if (run)
        pending->run(pending->object);
    atomic_fetch_sub(&image->tls_destructors, 1);
    atomic_fetch_sub(&space->destructors, 1);
}

/* Called by glibc when the thread ends. */
static void run_at_exit(void *data) {
    struct pending_destructor *pending = data;
    struct isolde_space *space = pending->image ? pending->image->space : NULL;
    if (space != NULL)
        settle_pending(pending, true);
    free(pending);
    if (space != NULL) {
        space_sweep(space);
        space_proceed(space);
    }
}

/* __cxa_thread_atexit_impl for DSO, which is some address inside the registering image. */
int threads_at_exit(void (*run)(void *), void *object, void *dso) {
    struct image *image = addresses_find((uintptr_t)dso);
    if (image == NULL)
        return __cxa_thread_atexit_impl(run, object, dso);
    struct thread_rest *rest = thread_rest();
    struct pending_destructor *pending = rest ? malloc(sizeof *pending) : NULL;
    if (pending == NULL)
        return -1;
    *pending = (struct pending_destructor){run, object, image, rest->destructors, NULL};
    int result = __cxa_thread_atexit_impl(run_at_exit, pending, &__dso_handle);
    if (result != 0) {
        free(pending);
        return result;
    }
    if (rest->destructors != NULL)
        rest->destructors->newer = pending;
    rest->destructors = pending;
    atomic_fetch_add(&image->tls_destructors, 1);
    atomic_fetch_add(&image->space->destructors, 1);
    return 0;
}

static void settle_own(struct isolde_space *space, bool run) {
    struct thread_rest *rest = isolde_thread.rest;
    struct pending_destructor *pending = rest ? rest->destructors : NULL;
    while (pending != NULL) {
        if (pending->image->space != space) {
            pending = pending->older;
            continue;
        }
        settle_pending(pending, run);
        pending = rest->destructors; /* a destructor may have registered or run others */
    }
}

/* The thread that closes a space gives up its own thread_local objects of it first. */
void threads_run_own_destructors(struct isolde_space *space) { settle_own(space, true); }

struct beginning {
    void *(*start)(void *);
    void *argument;
    struct image *caller, *starter; /* who created the thread, whose code it starts in */
    struct run *run;                /* of the program that it is a thread of, or NULL */
};

static void hold(const struct beginning *beginning, int by) {
    struct isolde_space *space = beginning->caller->space;
    if (beginning->starter != NULL)
        atomic_fetch_add(&beginning->starter->threads, by);
    atomic_fetch_add(&beginning->caller->threads, by);
    atomic_fetch_add(&space->threads, by);
}

static void thread_ended(void *data) {
    struct beginning *beginning = data;
    struct isolde_space *space = beginning->caller->space;
    struct run *run = beginning->run;
    if (run != NULL)
        program_thread_ending(run);
    hold(beginning, -1);
    free(beginning);
    space_sweep(space);
    space_proceed(space);
    if (run != NULL)
        program_thread_ended(run);
}

static void *thread_begins(void *data) {
    struct beginning *beginning = data;
    void *(*start)(void *) = beginning->start;
    void *argument = beginning->argument;
    struct run *run = beginning->run;
    struct thread_rest *rest = thread_rest();
    if (rest != NULL)
        rest->started_by = beginning->caller;
    /* Registered first, so run last: after every other thread_local destructor of this thread. */
    if (__cxa_thread_atexit_impl(thread_ended, beginning, &__dso_handle) != 0)
        abort();
    return run ? program_thread(run, start, argument) : start(argument);
}

/* pthread_create from inside a space. */
int threads_create(struct image *image, pthread_t *thread, const pthread_attr_t *attributes,
                   void *(*start)(void *), void *argument) {
    struct beginning *beginning = malloc(sizeof *beginning);
    if (beginning == NULL)
        return EAGAIN;
    *beginning =
        (struct beginning){start, argument, image, addresses_find((uintptr_t)(void *)start),
                           image->run ? image->run : program_of_thread()};
    if (beginning->starter != NULL && beginning->starter->space != image->space)
        beginning->starter = NULL; /* another space's closing is its own affair */
    hold(beginning, 1);
    if (beginning->run != NULL)
        program_thread_starts(beginning->run);
    int result = pthread_create(thread, attributes, thread_begins, beginning);
    if (result != 0) {
        hold(beginning, -1);
        if (beginning->run != NULL)
            program_thread_failed(beginning->run);
        free(beginning);
    }
    return result;
}

/* The child has only the forking thread: count what that one holds. */
void threads_reset_after_fork(struct isolde_space *space) {
    struct thread_rest *rest = isolde_thread.rest;
    struct image *started_by = rest ? rest->started_by : NULL;
    for (size_t i = 0; i < space->images.count; i++) {
        struct image *image = space->images.list[i];
        atomic_store(&image->tls_destructors, 0);
        /* What the forking thread's own end will take away, at most twice. */
        atomic_store(&image->threads, image == started_by ? 2 : started_by != NULL);
    }
    atomic_store(&space->threads, started_by != NULL && started_by->space == space);
    atomic_store(&space->destructors, 0);
    for (struct pending_destructor *p = rest ? rest->destructors : NULL; p != NULL; p = p->older)
        if (p->image->space == space) {
            atomic_fetch_add(&p->image->tls_destructors, 1);
            atomic_fetch_add(&space->destructors, 1);
        }
}

/* A thread that leaves a program owes nothing to its thread_local objects and keys. */
void threads_forget_own(struct isolde_space *space, const struct run *run) {
    settle_own(space, false);
    keys_forget_values(space, run);
}
