/* thread.h - what the core keeps for a thread that has needed more than TLS blocks. */
#ifndef ISOLDE_THREAD_H
#define ISOLDE_THREAD_H

#include "loader.h"

#include <setjmp.h>

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
    void **blocks; /* the thread's vector, for when its own TLS is gone */
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

/* This thread's record, made on first use; NULL when out of memory. */
struct thread_rest *thread_rest(void);

#endif
