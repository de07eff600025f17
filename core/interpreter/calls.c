/* calls.c - a call from the host into a guest, one from a guest to the host, and interrupting. */
#include "guest.h"

/* -- from the host -------------------------------------------------------------------------------
 */

static void begin(struct guest *guest, struct running *call) {
    call->thread = pthread_self();
    call->ident = guest->side.python.PyThread_get_thread_ident();
    call->of_main = pthread_equal(call->thread, guest->main);
    call->interrupted = false;
    pthread_mutex_lock(&guest->lock);
    call->next = guest->running;
    guest->running = call;
    pthread_mutex_unlock(&guest->lock);
}

/* Nobody interrupts it from now on; what had been set off and not yet noticed must not hit the next
 * call.  Whether somebody pressed Ctrl-C meanwhile. */
static bool end(struct guest *guest, struct running *call) {
    const struct python *python = &guest->side.python;
    pthread_mutex_lock(&guest->lock);
    struct running **link = &guest->running;
    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
    pthread_mutex_unlock(&guest->lock);
    if (call->of_main && python->PyErr_CheckSignals() != 0) {
        python->PyErr_Clear();
        return !call->interrupted;
    }
    if (!call->of_main && call->interrupted)
        python->PyThreadState_SetAsyncExc(call->ident, NULL);
    return false;
}

void running_only_this_thread(struct guest *guest) {
    struct running **link = &guest->running;
    while (*link != NULL)
        if (pthread_equal((*link)->thread, pthread_self()))
            link = &(*link)->next;
        else
            *link = (*link)->next;
    guest->calls = guest->visits = 0;
    for (struct running *call = guest->running; call != NULL; call = call->next)
        guest->calls++;
}

/* In the guest's GIL. 0 and an ANSWER, or why there is none. */
static int dispatch(struct guest *guest, struct message *question, struct message *answer) {
    const struct python *python = &guest->side.python;
    object *given = message_give(question);
    object *taken =
        given ? python->PyObject_CallFunctionObjArgs(guest->dispatch, given, NULL) : NULL;
    if (given != NULL)
        python->Py_DecRef(given);
    int result = taken ? message_take(guest, &guest->side, &host, taken, answer) : -1;
    if (taken != NULL)
        python->Py_DecRef(taken);
    if (result == 0)
        return 0;
    bool interrupted = python->PyErr_ExceptionMatches(*python->PyExc_KeyboardInterrupt) != 0;
    if (interrupted)
        python->PyErr_Clear();
    else
        python->PyErr_Print();
    return interrupted ? CALL_INTERRUPTED : CALL_FAILED;
}

static int visit(struct guest *guest, struct message *question, struct message *answer,
                 enum visit kind) {
    int entered = visit_enter(guest, kind);
    if (entered < 0)
        return guest->state == GUEST_OF_PARENT ? CALL_OF_PARENT : CALL_CLOSED;
    struct running call;
    struct sigaction hosts;
    begin(guest, &call);
    bool takes_sigint = call.of_main && guest->main_is_process_main;
    if (takes_sigint)
        signals_call_begins(guest, &hosts);
    int result = dispatch(guest, question, answer);
    if (takes_sigint)
        signals_call_ends(guest, &hosts);
    if (end(guest, &call) && result == 0) {
        message_discard(answer);
        result = CALL_INTERRUPTED;
    }
    visit_leave(guest, kind, entered);
    return result;
}

static object *call(struct guest *guest, object *message, enum visit kind) {
    const struct python *python = &host.python;
    struct message question, answer;
    if (message_take(guest, &host, &guest->side, message, &question) != 0)
        return NULL;
    void *state = python->PyEval_SaveThread();
    int result = visit(guest, &question, &answer, kind);
    python->PyEval_RestoreThread(state);
    message_discard(&question);
    if (result != 0)
        return python->PyLong_FromLong(result);
    object *given = message_give(&answer);
    message_given(&answer);
    return given;
}

/* The guest's answer to MESSAGE, or an int of CALL_*; NULL with an exception of the host. */
ISOLDE_API object *isolde_guest_call(struct guest *guest, object *message) {
    return call(guest, message, VISIT_CALL);
}

/* The same once it is closed for everyone else. */
ISOLDE_API object *isolde_guest_last(struct guest *guest, object *message) {
    return call(guest, message, VISIT_LAST_CALL);
}

/* -- from the guest ------------------------------------------------------------------------------
 */

static int ask_host(struct guest *guest, struct message *question, struct message *answer) {
    const struct python *python = &host.python;
    int entered = python->PyGILState_Ensure();
    object *given = message_give(question);
    object *taken = given && guest->answer
                        ? python->PyObject_CallFunctionObjArgs(guest->answer, given, NULL)
                        : NULL;
    if (given != NULL)
        python->Py_DecRef(given);
    int result = taken ? message_take(guest, &host, &guest->side, taken, answer) : -1;
    if (taken != NULL)
        python->Py_DecRef(taken);
    if (result != 0 && python->PyErr_Occurred())
        python->PyErr_Print();
    python->PyGILState_Release(entered);
    return result;
}

/* The host's answer to MESSAGE, None of the host's exceptions: those are printed by the host. */
static object *ask(object *capsule, object *message) {
    struct guest *guest = registry_of(capsule);
    const struct python *python = &guest->side.python;
    struct message question, answer;
    if (message_take(guest, &guest->side, &host, message, &question) != 0)
        return NULL;
    void *state = python->PyEval_SaveThread();
    int result = ask_host(guest, &question, &answer);
    python->PyEval_RestoreThread(state);
    message_discard(&question);
    if (result != 0)
        return python->PyBytes_FromStringAndSize("", 0);
    object *given = message_give(&answer);
    message_given(&answer);
    return given;
}

object *calls_function(struct guest *guest, object *capsule) {
    static struct py_method method = {"ask", ask, PY_METH_O, NULL};
    return guest->side.python.PyCFunction_NewEx(&method, capsule, NULL);
}

/* -- interrupting --------------------------------------------------------------------------------
 */

/* In the GIL.  A running thread looks for signals that others have set off when it takes the GIL
 * back, before 3.13 only then. */
static int interrupt(struct guest *guest, unsigned long of) {
    const struct python *python = &guest->side.python;
    int count = 0;
    pthread_mutex_lock(&guest->lock);
    for (struct running *call = guest->running; call != NULL; call = call->next) {
        if (of != 0 && (unsigned long)call->thread != of)
            continue;
        count++;
        if (!call->interrupted && call->of_main)
            python->PyErr_SetInterrupt();
        else if (!call->interrupted)
            python->PyThreadState_SetAsyncExc(call->ident, *python->PyExc_KeyboardInterrupt);
        call->interrupted = true;
        signals_wake(call->thread);
    }
    pthread_mutex_unlock(&guest->lock);
    return count;
}

/* Raises KeyboardInterrupt in the calls of the thread OF (its pthread_t), or in all (0), and makes
 * them return from system calls; a second time, it does only the latter.  How many there are.
 * Called without the host's GIL: it waits for the guest's. */
ISOLDE_API int isolde_guest_interrupt(struct guest *guest, unsigned long of) {
    int entered = visit_enter(guest, VISIT_BRIEF);
    if (entered < 0)
        return 0;
    int count = interrupt(guest, of);
    visit_leave(guest, VISIT_BRIEF, entered);
    return count;
}
