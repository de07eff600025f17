/* calls.c - a call from the host into a guest, one from a guest to the host, and interrupting. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

/* -- from the host -------------------------------------------------------------------------------
 */

/* The innermost call that this thread makes. */
static __thread struct running *current;

static void begin(struct guest *guest, struct running *call, unsigned long number) {
    call->guest = guest;
    call->number = number;
    call->thread = pthread_self();
    call->ident = guest->side.python.PyThread_get_thread_ident();
    call->of_main = pthread_equal(call->thread, guest->main);
    call->interrupted = false;
    call->outer = current;
    current = call;
}

/* The agent is about to do what it was asked for: before and after, when it imports modules and
 * must not leave their locks behind, nobody interrupts it. */
static object *enlist(object *capsule, object *unused) {
    (void)unused;
    struct guest *guest = registry_of(capsule);
    pthread_mutex_lock(&guest->lock);
    current->next = guest->running;
    guest->running = current;
    pthread_mutex_unlock(&guest->lock);
    return guest->side.python.PyLong_FromLong(0);
}

/* Nobody interrupts it from now on.  Whether somebody could until now. */
static bool unlist(struct guest *guest, struct running *call) {
    pthread_mutex_lock(&guest->lock);
    struct running **link = &guest->running;
    while (*link != NULL && *link != call)
        link = &(*link)->next;
    bool listed = *link != NULL;
    if (listed)
        *link = call->next;
    pthread_mutex_unlock(&guest->lock);
    return listed;
}

/* What had been set off and not yet noticed must not hit what comes next: in the main thread it is
 * an exception now, and -1; in another it is forgotten. */
static int settle_call(struct guest *guest, struct running *call) {
    const struct python *python = &guest->side.python;
    bool listed = unlist(guest, call);
    if (call->of_main)
        return python->PyErr_CheckSignals();
    if (listed && call->interrupted)
        python->PyThreadState_SetAsyncExc(call->ident, NULL);
    return 0;
}

/* Whether somebody pressed Ctrl-C at the last moment. */
static bool end(struct guest *guest, struct running *call) {
    current = call->outer;
    if (settle_call(guest, call) == 0)
        return false;
    guest->side.python.PyErr_Clear();
    return !call->interrupted;
}

/* What the agent was asked for is done. */
static object *settle(object *capsule, object *unused) {
    (void)unused;
    struct guest *guest = registry_of(capsule);
    if (settle_call(guest, current) != 0)
        return NULL;
    return guest->side.python.PyLong_FromLong(0);
}

/* What this thread asks the host. */
struct asking {
    const struct guest *guest;
    struct asking *outer;
};
static __thread struct asking *asking;

void running_only_this_thread(struct guest *guest) {
    struct running **link = &guest->running;
    while (*link != NULL)
        if (pthread_equal((*link)->thread, pthread_self()))
            link = &(*link)->next;
        else
            *link = (*link)->next;
    guest->calls = guest->visits = guest->asks = 0;
    for (const struct asking *each = asking; each != NULL; each = each->outer)
        guest->asks += each->guest == guest;
    for (struct running *call = current; call != NULL; call = call->outer)
        guest->calls += call->guest == guest;
}

/* In the guest's GIL. 0 and an ANSWER, or why there is none. */
static int dispatch(struct guest *guest, struct message *question, struct message *answer) {
    const struct python *python = &guest->side.python;
    object *given = message_give(question);
    object *taken =
        given ? python->PyObject_CallFunctionObjArgs(guest->dispatch, given, NULL) : NULL;
    if (given != NULL)
        python->Py_DecRef(given);
    int result = taken ? message_take(guest, &guest->side, &host, taken, LARGE, answer) : -1;
    if (taken != NULL)
        python->Py_DecRef(taken);
    if (result == 0)
        return 0;
    bool interrupted = python->PyErr_ExceptionMatches(*python->PyExc_KeyboardInterrupt) != 0;
    if (interrupted)
        python->PyErr_Clear();
    else /* PyErr_Print would end the process at a SystemExit */
        python->PyErr_WriteUnraisable(guest->dispatch);
    return interrupted ? CALL_INTERRUPTED : CALL_FAILED;
}

static int visit(struct guest *guest, struct message *question, struct message *answer,
                 unsigned long number, enum visit kind) {
    int entered = visit_enter(guest, kind);
    if (entered < 0)
        return guest->state == GUEST_OF_PARENT ? CALL_OF_PARENT : CALL_CLOSED;
    struct running call;
    struct sigaction hosts;
    begin(guest, &call, number);
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

static object *call(struct guest *guest, object *message, unsigned long number, enum visit kind) {
    const struct python *python = &host.python;
    struct message question, answer;
    if (message_take(guest, &host, &guest->side, message, LARGE, &question) != 0)
        return NULL;
    void *state = python->PyEval_SaveThread();
    int result = visit(guest, &question, &answer, number, kind);
    python->PyEval_RestoreThread(state);
    message_discard(&question);
    if (result != 0)
        return python->PyLong_FromLong(result);
    object *given = message_give(&answer);
    message_given(&answer);
    return given;
}

/* The guest's answer to MESSAGE, or an int of CALL_*; NULL with an exception of the host.  NUMBER,
 * not 0, is what it is interrupted by. */
ISOLDE_API object *isolde_guest_call(struct guest *guest, object *message, unsigned long number) {
    return call(guest, message, number, VISIT_CALL);
}

/* The same once it is closed for everyone else. */
ISOLDE_API object *isolde_guest_last(struct guest *guest, object *message) {
    return call(guest, message, 0, VISIT_LAST_CALL);
}

/* -- from the guest ------------------------------------------------------------------------------
 */

/* Whether the host is about to answer this thread, which then needs the guest again. */
bool calls_asks_here(const struct guest *guest) {
    const struct asking *each = asking;
    while (each != NULL && each->guest != guest)
        each = each->outer;
    return each != NULL;
}

/* In the host's GIL: once, when the guest is gone and the last of its threads has asked. */
void calls_forget_answer(struct guest *guest) {
    pthread_mutex_lock(&guest->lock);
    object *answer = guest->state == GUEST_GONE && guest->asks == 0 ? guest->answer : NULL;
    if (answer != NULL)
        guest->answer = NULL;
    pthread_mutex_unlock(&guest->lock);
    if (answer != NULL)
        host.python.Py_DecRef(answer); /* perhaps the end of the structure, too */
}

static void count_ask(struct guest *guest, int by) {
    pthread_mutex_lock(&guest->lock);
    guest->asks += (unsigned long)by;
    pthread_mutex_unlock(&guest->lock);
}

static int ask_host(struct guest *guest, struct message *question, struct message *answer) {
    const struct python *python = &host.python;
    struct asking this = {guest, asking};
    int entered = python->PyGILState_Ensure();
    asking = &this;
    object *given = message_give(question);
    object *taken = given && guest->answer
                        ? python->PyObject_CallFunctionObjArgs(guest->answer, given, NULL)
                        : NULL;
    if (given != NULL)
        python->Py_DecRef(given);
    int result = taken ? message_take(guest, &host, &guest->side, taken, LARGE, answer) : -1;
    if (taken != NULL)
        python->Py_DecRef(taken);
    if (result != 0 && python->PyErr_Occurred())
        python->PyErr_WriteUnraisable(guest->answer);
    asking = this.outer;
    count_ask(guest, -1);
    calls_forget_answer(guest);
    python->PyGILState_Release(entered);
    return result;
}

/* The host's answer to MESSAGE, none of the host's exceptions: those are printed by the host.  A
 * daemon thread may find its interpreter, or even the structure, gone when it comes back: then
 * PyEval_RestoreThread ends it.  So nothing of its is pinned meanwhile. */
static object *ask(object *capsule, object *message) {
    struct guest *guest = registry_of(capsule);
    const struct python *python = &guest->side.python;
    struct message question, answer;
    if (message_take(guest, &guest->side, &host, message, PTRDIFF_MAX, &question) != 0)
        return NULL;
    void (*come_back)(void *) = python->PyEval_RestoreThread;
    count_ask(guest, 1);
    void *state = python->PyEval_SaveThread();
    int result = ask_host(guest, &question, &answer);
    come_back(state);
    message_discard(&question);
    if (result != 0)
        return python->PyBytes_FromStringAndSize("", 0);
    object *given = message_give(&answer);
    message_given(&answer);
    return given;
}

object *calls_ask(struct guest *guest, object *capsule) {
    static struct py_method method = {"ask", ask, PY_METH_O, NULL};
    return guest->side.python.PyCFunction_NewEx(&method, capsule, NULL);
}

/* The code of PAIR, bytes of a file's name and of UTF-8 source without NUL.  The function `compile`
 * makes the classes of module ast, the first time: a tenth of a start. */
static object *compiled(object *capsule, object *pair) {
    const struct python *python = &registry_of(capsule)->side.python;
    struct py_compiler_flags flags = {PY_SOURCE_IS_UTF8 | PY_IGNORE_COOKIE,
                                      atoi(python->Py_GetVersion() + strlen("3."))};
    char *name, *source;
    if (python->PyBytes_AsStringAndSize(python->PyTuple_GetItem(pair, 0), &name, NULL) != 0 ||
        python->PyBytes_AsStringAndSize(python->PyTuple_GetItem(pair, 1), &source, NULL) != 0)
        return NULL;
    return python->Py_CompileStringExFlags(source, name, PY_FILE_INPUT, &flags, -1);
}

static object *function(struct guest *guest, object *capsule, struct py_method *method) {
    return guest->side.python.PyCFunction_NewEx(method, capsule, NULL);
}

object *calls_compiled(struct guest *guest, object *capsule) {
    static struct py_method method = {"compiled", compiled, PY_METH_O, NULL};
    return function(guest, capsule, &method);
}

/* A tuple of functions to bracket what may be interrupted. */
object *calls_brackets(struct guest *guest, object *capsule) {
    static struct py_method begins = {"enlist", enlist, PY_METH_NOARGS, NULL};
    static struct py_method ends = {"settle", settle, PY_METH_NOARGS, NULL};
    const struct python *python = &guest->side.python;
    object *tuple = python->PyTuple_New(2);
    if (tuple == NULL)
        return NULL;
    python->PyTuple_SetItem(tuple, 0, function(guest, capsule, &begins));
    python->PyTuple_SetItem(tuple, 1, function(guest, capsule, &ends));
    return tuple;
}

/* -- interrupting --------------------------------------------------------------------------------
 */

/* In the GIL.  A running thread looks for signals that others have set off when it takes the GIL
 * back, before 3.13 only then. */
static int interrupt(struct guest *guest, unsigned long number) {
    const struct python *python = &guest->side.python;
    int count = 0;
    pthread_mutex_lock(&guest->lock);
    for (struct running *call = guest->running; call != NULL; call = call->next) {
        if (call->number != number)
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

/* Raises KeyboardInterrupt in the call with this NUMBER, and makes it return from a system call; a
 * second time, it does only the latter.  Whether it runs.  Called without the host's GIL: it waits
 * for the guest's. */
ISOLDE_API int isolde_guest_interrupt(struct guest *guest, unsigned long number) {
    int entered = visit_enter(guest, VISIT_BRIEF);
    if (entered < 0)
        return 0;
    int count = interrupt(guest, number);
    visit_leave(guest, VISIT_BRIEF, entered);
    return count;
}
