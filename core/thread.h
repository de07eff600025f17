/* thread.h - what the core keeps for a thread that has needed more than TLS blocks. */
#ifndef ISOLDE_THREAD_H
#define ISOLDE_THREAD_H

#include "loader.h"

#include <setjmp.h>
#include <sys/single_threaded.h>

struct error_state;
struct pending_destructor;
struct key_value;
struct requests;

struct thread_rest {
    struct error_state *error;
    struct pending_destructor *destructors; /* newest first (threads.c) */
    struct image *started_by;               /* the image whose code started this thread */
    struct thread_rest *previous, *next;    /* every thread that has one (tls.c) */
    struct thread *thread;
    _Atomic(struct isolde_space *) reading; /* the space it looks up in, without a lock; or NULL */
    atomic_bool inside;                     /* it has found that readable */
    void **blocks;                          /* the thread's vector, for when its own TLS is gone */
    size_t block_count;
    struct key_value *key_values; /* by the number of a key of ours (keys.c) */
    size_t key_value_count;
    struct requests *requests; /* of the open this thread attempts, or NULL */
    struct sweeping *sweeping; /* whose dead images it finalises, innermost first */
    unsigned initialising;     /* how many constructor runs this thread is inside */
    unsigned exit_rounds;
    struct run *run; /* the run of a program that it is a thread of, or NULL */
    jmp_buf leave;   /* where such a thread ends */
};

struct sweeping {
    const struct isolde_space *space;
    struct sweeping *outer;
};

/* ---- readers.c ------------------------------------------------------------------------------ */

enum readers_entry { READERS_REFUSED, READERS_INSIDE, READERS_ENTERED };
enum readers_entry readers_enter(struct thread_rest *rest, struct isolde_space *space);

static inline void readers_leave(struct thread_rest *rest) {
    atomic_store_explicit(&rest->inside, false, memory_order_relaxed);
    atomic_store_explicit(&rest->reading, NULL, memory_order_release);
}

/* SPACE was found readable; false: a signal handler came before and took that for too early. */
static inline bool readers_settle(struct thread_rest *rest, const struct isolde_space *space) {
    atomic_store_explicit(&rest->inside, true, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    return LIKELY(atomic_load_explicit(&rest->reading, memory_order_relaxed) == space);
}

/* Without the lock; false: the space is being changed, or nobody has looked up in it since.  The
 * order of the two matters to other threads only. */
static inline bool readers_try(struct thread_rest *rest, struct isolde_space *space) {
    if (UNLIKELY(rest == NULL) ||
        UNLIKELY(atomic_load_explicit(&rest->reading, memory_order_relaxed) != NULL))
        return false;
    if (__libc_single_threaded)
        atomic_store_explicit(&rest->reading, space, memory_order_release);
    else
        atomic_store(&rest->reading, space);
    if (LIKELY(atomic_load(&space->readable)) && readers_settle(rest, space))
        return true;
    readers_leave(rest);
    return false;
}

/* This thread's record, made on first use; NULL when out of memory. */
struct thread_rest *thread_rest(void);

#endif
