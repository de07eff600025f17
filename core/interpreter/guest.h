/* guest.h - the native half of isolde.Interpreter: a CPython in a space, called by another.
 *
 * libisolde-interpreter.so is opened by the host's ctypes, and by nothing else: these functions are
 * no interface for C hosts, and src/isolde/interpreter/_native.py repeats their prototypes.
 *
 * There are two Pythons of perhaps different versions, and no Python.h: each is a table of the
 * functions that both have (python.h), looked up by name.  What is relied on of CPython's layouts
 * is what its stable ABI has fixed, and Py_buffer, which no version has changed.
 *
 * Rules that keep two GILs free of deadlock:
 *   - nobody waits for the guest's GIL while holding the host's;
 *   - a thread of the guest that needs the host gives up the guest's GIL first.  The fork functions
 *     are the one exception (forks.c), and safe because of the first rule;
 *   - `guest->lock` is a leaf: nothing is called under it. */
#ifndef ISOLDE_GUEST_H
#define ISOLDE_GUEST_H

#include "isolde.h"
#include "python.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

/* One of the two interpreters at a border. */
struct side {
    struct python python;
    object *exporter; /* the type of what stands here for memory of the other side */
};

/* Memory of one side that the other one uses. */
struct pin {
    struct py_buffer view; /* of the side that has the memory */
    struct side *owner, *user;
    struct guest *guest;
    struct pin *previous, *next; /* guest->pins */
};

/* A call from the host that has not returned yet. */
struct running {
    struct guest *guest;
    struct running *outer; /* of the same thread */
    unsigned long number;  /* the host's, for interrupting it */
    pthread_t thread;
    unsigned long ident; /* what the guest's threading calls the thread */
    bool of_main, interrupted;
    struct running *next;
};

enum guest_state {
    GUEST_NEW,
    GUEST_OPEN,
    GUEST_CLOSING,
    GUEST_CLOSED,
    GUEST_GONE,
    GUEST_OF_PARENT
};

/* Blocks of memory, each behind its header, that are given back together. */
struct heap_block {
    struct heap_block *previous, *next;
};
struct heap {
    _Atomic bool locked;
    struct heap_block blocks, arenas; /* rings */
    const void *code;                 /* of the interpreter: while it is there, blocks are used */
    struct heap *next;                /* of those that wait for it to go */
};

struct guest {
    struct side side;
    unsigned long number; /* of no other guest; 0: the structure is free */
    struct guest *next;   /* of all, or of the free ones */
    isolde_space *space;
    void *main_state; /* its PyThreadState */
    pthread_t main;   /* the thread that made it */
    object *capsule;  /* of the guest: what its functions know us by */
    object *dispatch; /* of the guest: takes a message, returns one */
    object *answer;   /* of the host: the same */
    object *unpinned; /* of the host: called when the last pin of a closed guest is gone */

    pthread_mutex_t lock;
    enum guest_state state;
    unsigned long calls;  /* they hinder a close */
    unsigned long visits; /* a close waits for them: they are short */
    unsigned long asks;   /* threads of it that are with the host: `answer` is kept for them */
    struct running *running;
    struct pin pins; /* a ring */
    unsigned long pinned_by_host;

    struct py_module_def site; /* stands in for the module while the guest starts */
    char site_name[8];
    bool main_is_process_main;
    struct sigaction sigint;        /* what the guest wants done with SIGINT */
    struct sigaction before[_NSIG]; /* who handled each signal when the guest was made */
    struct heap *heap;
    char failure[512];
};

extern struct side host;

/* Answers to the host that are no message. */
enum { CALL_CLOSED = 1, CALL_FAILED = 2, CALL_INTERRUPTED = 3, CALL_OF_PARENT = 4 };

/* python.c */
typedef void *python_lookup(void *handle, const char *name);
const char *python_fill(struct python *python, python_lookup *find, void *handle);

/* visits.c: a thread's way into a guest's GIL and out of it */
enum visit { VISIT_CALL, VISIT_LAST_CALL, VISIT_BRIEF };
int visit_enter(struct guest *guest, enum visit visit);
void visit_leave(struct guest *guest, enum visit visit, int entered);

/* messages.c: bytes, or a tuple of bytes and buffers, on their way from one side to the other */
struct message {
    struct guest *guest;
    struct side *from, *to;
    struct pin *large; /* has the bytes, where they are many */
    char *bytes;
    ssize_t size;
    size_t count;
    struct pin **pins;
    char small[1024];
    struct pin *few[8];
};
enum { LARGE = 64 * 1024 }; /* bytes that are dearer to copy than to pin */
int message_take(struct guest *guest, struct side *from, struct side *to, object *source,
                 ssize_t large, struct message *message);
object *message_give(struct message *message);
void message_discard(struct message *message);
void message_given(struct message *message);

/* pins.c */
const char *pins_start(struct side *side);
struct pin *pin_new(struct guest *guest, struct side *owner, struct side *user, object *buffer);
bool pin_drop(struct pin *pin);
object *pin_export(struct pin **pin);
void pins_forget(struct guest *guest);

/* heap.c */
struct heap *heap_new(void);
void heap_install(struct heap *heap, const struct python *python);
void heap_leave(struct heap *heap, const void *code);
void heap_lock(struct heap *heap);
void heap_unlock(struct heap *heap);

/* signals.c */
void signals_note(struct guest *guest);
void signals_of_start(struct guest *guest);
void signals_save(struct sigaction now[_NSIG]);
void signals_put_back(struct guest *guest, struct sigaction now[_NSIG], struct guest *others);
void signals_call_begins(struct guest *guest, struct sigaction *hosts);
void signals_call_ends(struct guest *guest, const struct sigaction *hosts);
void signals_wake(pthread_t thread);

/* forks.c */
object *forks_functions(struct guest *guest, object *capsule);

/* calls.c */
void running_only_this_thread(struct guest *guest);
object *calls_ask(struct guest *guest, object *capsule);
bool calls_asks_here(const struct guest *guest);
void calls_forget_answer(struct guest *guest);
object *calls_brackets(struct guest *guest, object *capsule);
object *calls_compiled(struct guest *guest, object *capsule);

/* registry.c */
struct guest *registry_new(void);
void registry_free(struct guest *guest);
struct guest *registry_of(const object *capsule);
bool registry_lock_if_live(struct guest *guest, unsigned long number);
void registry_lock(void);
void registry_unlock(void);
struct guest *registry_first(void);

#endif
