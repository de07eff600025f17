/* visits.c - a thread's way into an interpreter and out of it.
 *
 * PyGILState_Release throws the thread's state away with the outermost call, and with it
 * threading.local, context variables and the pieces of memory the state is made of.  A thread of
 * the host that calls a guest again and again keeps one state for all its calls, as a thread of the
 * guest's own would: the first visit takes one hold more than it gives back, and the thread's end
 * gives that one back.  A thread that has a state already, because it made the guest or was started
 * by it, keeps that one. */
#include "guest.h"

#include <stdlib.h>

extern int __cxa_thread_atexit_impl(void (*run)(void *), void *object, void *dso);
extern void *__dso_handle __attribute__((visibility("hidden")));

struct visitor {
    struct guest *guest;
    unsigned long number;
    struct visitor *next;
};
static __thread struct visitor *visitors;

static unsigned long *counter(struct guest *guest, enum visit visit) {
    return visit == VISIT_BRIEF ? &guest->visits : &guest->calls;
}

/* Whether the guest takes such a visit, and then a hold of it, so that it does not go meanwhile. */
static bool hold(struct guest *guest, enum visit visit) {
    enum guest_state state = visit == VISIT_LAST_CALL ? GUEST_CLOSING : GUEST_OPEN;
    pthread_mutex_lock(&guest->lock);
    bool held = guest->state == state;
    *counter(guest, visit) += held;
    pthread_mutex_unlock(&guest->lock);
    return held;
}

static void let_go(struct guest *guest, enum visit visit) {
    pthread_mutex_lock(&guest->lock);
    --*counter(guest, visit);
    pthread_mutex_unlock(&guest->lock);
}

static void end_visits(struct visitor *visitor) {
    struct guest *guest = visitor->guest;
    if (!registry_lock_if_live(guest, visitor->number))
        return;
    bool open = guest->state == GUEST_OPEN;
    guest->visits += open;
    pthread_mutex_unlock(&guest->lock);
    if (!open)
        return; /* its states went, or will go, with it */
    const struct python *python = &guest->side.python;
    int entered = python->PyGILState_Ensure();
    python->PyGILState_Release(!PY_UNLOCKED);
    python->PyGILState_Release(entered);
    let_go(guest, VISIT_BRIEF);
}

static void thread_ends(void *data) {
    (void)data;
    struct visitor *next;
    for (struct visitor *v = visitors; v != NULL; v = next) {
        next = v->next;
        end_visits(v);
        free(v);
    }
    visitors = NULL;
}

/* Whether this is the thread's first visit; then a place to remember it. */
static struct visitor *first_visit(struct guest *guest) {
    struct visitor *v = visitors;
    while (v != NULL && v->guest != guest)
        v = v->next;
    if (v != NULL && v->number == guest->number)
        return NULL;
    if (v == NULL) {
        if ((v = calloc(1, sizeof *v)) == NULL)
            return NULL;
        if (visitors == NULL && __cxa_thread_atexit_impl(thread_ends, NULL, &__dso_handle) != 0) {
            free(v);
            return NULL;
        }
        v->next = visitors;
        visitors = v;
    }
    v->guest = guest;
    v->number = guest->number;
    return v;
}

/* What visit_leave wants, or -1: the guest does not take such a visit any more. */
int visit_enter(struct guest *guest, enum visit visit) {
    if (!hold(guest, visit))
        return -1;
    bool has_state = guest->side.python.PyGILState_GetThisThreadState() != NULL;
    bool first = !has_state && first_visit(guest) != NULL;
    int entered = guest->side.python.PyGILState_Ensure();
    if (first)
        guest->side.python.PyGILState_Ensure();
    return entered;
}

void visit_leave(struct guest *guest, enum visit visit, int entered) {
    guest->side.python.PyGILState_Release(entered);
    let_go(guest, visit);
}
