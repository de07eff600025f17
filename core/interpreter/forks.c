/* forks.c - a fork from inside a guest leaves both interpreters able to work in the child.
 *
 * The child has one thread, and every lock as it was.  The guest's os.fork sees to the guest's own;
 * the host's GIL may be held by a thread that the child does not have.  So the guest's fork also
 * does what the host's os.fork would do around it: it takes the host's GIL before, and runs the
 * host's own functions after.  The guest's GIL is held all the while, which is safe because nobody
 * waits for that one with the host's GIL in hand. */
#include "guest.h"

static __thread int entered;
static __thread struct guest *forking; /* the guest this thread forks from */

static object *none(struct guest *guest) { return guest->side.python.PyLong_FromLong(0); }

static object *before(object *capsule, object *unused) {
    (void)unused;
    forking = registry_of(capsule);
    entered = host.python.PyGILState_Ensure();
    host.python.PyOS_BeforeFork();
    return none(forking);
}

static object *after_in_parent(object *capsule, object *unused) {
    (void)capsule, (void)unused;
    struct guest *guest = forking;
    host.python.PyOS_AfterFork_Parent();
    host.python.PyGILState_Release(entered);
    forking = NULL;
    return none(guest);
}

static object *after_in_child(object *capsule, object *unused) {
    (void)capsule, (void)unused;
    struct guest *guest = forking;
    host.python.PyOS_AfterFork_Child();
    host.python.PyGILState_Release(entered);
    forking = NULL;
    return none(guest);
}

/* A tuple of functions for os.register_at_fork of the guest. */
object *forks_functions(struct guest *guest, object *capsule) {
    static struct py_method methods[] = {
        {"before", before, PY_METH_NOARGS, NULL},
        {"after_in_parent", after_in_parent, PY_METH_NOARGS, NULL},
        {"after_in_child", after_in_child, PY_METH_NOARGS, NULL},
    };
    const struct python *python = &guest->side.python;
    object *tuple = python->PyTuple_New(3);
    for (int i = 0; tuple != NULL && i < 3; i++) {
        object *function = python->PyCFunction_NewEx(&methods[i], capsule, NULL);
        if (function == NULL || python->PyTuple_SetItem(tuple, i, function) != 0) {
            python->Py_DecRef(tuple);
            return NULL;
        }
    }
    return tuple;
}

static void lock(struct guest *guest) {
    pthread_mutex_lock(&guest->lock);
    if (guest->heap != NULL)
        heap_lock(guest->heap);
}

static void unlock(struct guest *guest) {
    if (guest->heap != NULL)
        heap_unlock(guest->heap);
    pthread_mutex_unlock(&guest->lock);
}

static void prepare(void) {
    registry_lock();
    for (struct guest *guest = registry_first(); guest != NULL; guest = guest->next)
        lock(guest);
}

static void release(void) {
    for (struct guest *guest = registry_first(); guest != NULL; guest = guest->next)
        unlock(guest);
    registry_unlock();
}

/* Only the calls of this thread go on; a guest whose GIL another thread may have held is lost. */
static void in_child(void) {
    for (struct guest *guest = registry_first(); guest != NULL; guest = guest->next)
        if (guest == forking) {
            running_only_this_thread(guest);
            guest->main_is_process_main = pthread_equal(guest->main, pthread_self()) != 0;
        } else if (guest->state != GUEST_GONE) {
            guest->state = GUEST_OF_PARENT;
        }
    release();
}

__attribute__((constructor)) static void watch_forks(void) {
    pthread_atfork(prepare, release, in_child);
}
