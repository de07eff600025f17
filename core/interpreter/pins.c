/* pins.c - memory of one interpreter that the other one uses where it is.
 *
 * A pin holds a Py_buffer of the side that has the memory.  On the other side stands an object of
 * the type made here, which exports the same address: a memoryview, a numpy array, whatever is made
 * of it holds that object, and when it dies the pin is dropped, in the GIL of the side that has the
 * memory.  Both sides use the same code: which one is where is the pin's to say.
 *
 * Tried and dropped: PyMemoryView_FromMemory (nothing tells when the last view of it dies), and a
 * ctypes array with a __del__ (importing ctypes costs a guest 1.5 ms of its start). */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

struct exporter {
    ssize_t count; /* PyObject */
    object *type;
    struct pin *pin;
};

/* A guest that is closed, and that nobody uses any memory of now, may go. */
static void tell(object *unpinned) {
    const struct python *python = &host.python;
    python->Py_IncRef(unpinned); /* what it does includes giving it up */
    object *answer = python->PyObject_CallFunctionObjArgs(unpinned, NULL);
    if (answer != NULL)
        python->Py_DecRef(answer);
    else
        python->PyErr_WriteUnraisable(unpinned);
    python->Py_DecRef(unpinned);
}

/* In the user's GIL, perhaps while an exception is on its way.  In a child of fork, a thread that
 * is not there may have had the owner's GIL: the pin stays. */
static void unpin(struct pin *pin) {
    if (pin->guest->state == GUEST_OF_PARENT)
        return;
    const struct python *user = &pin->user->python, *owner = &pin->owner->python;
    bool by_host = pin->user == &host;
    object *unpinned = pin->guest->unpinned, *type, *value, *trace;
    user->PyErr_Fetch(&type, &value, &trace);
    void *state = user->PyEval_SaveThread();
    int entered = owner->PyGILState_Ensure();
    bool last = pin_drop(pin);
    owner->PyGILState_Release(entered);
    user->PyEval_RestoreThread(state);
    if (by_host && last)
        tell(unpinned);
    user->PyErr_Restore(type, value, trace);
}

static void exporter_free(object *self) {
    struct exporter *exporter = (struct exporter *)self;
    struct pin *pin = exporter->pin;
    const struct python *python = &pin->user->python;
    object *type = exporter->type;
    python->PyObject_Free(self);
    python->Py_DecRef(type);
    unpin(pin);
}

static int exporter_buffer(object *self, struct py_buffer *view, int flags) {
    struct pin *pin = ((struct exporter *)self)->pin;
    return pin->user->python.PyBuffer_FillInfo(view, self, pin->view.buf, pin->view.len,
                                               pin->view.readonly, flags);
}

/* Nobody but us makes one: an object without a pin would not know its interpreter. */
static object *exporter_new(object *type, object *arguments) {
    (void)type, (void)arguments;
    return NULL;
}

/* Makes SIDE's type of exporters; NULL, or what went wrong. */
const char *pins_start(struct side *side) {
    static struct py_slot slots[] = {{PY_TP_DEALLOC, exporter_free},
                                     {PY_BF_GETBUFFER, exporter_buffer},
                                     {PY_TP_NEW, exporter_new},
                                     {0, NULL}};
    struct py_spec spec = {"isolde.Pinned", sizeof(struct exporter), 0, PY_DEFAULT_FLAGS, slots};
    side->exporter = side->python.PyType_FromSpec(&spec);
    return side->exporter ? NULL : "it cannot make a type";
}

/* BUFFER's memory for the other side; in the owner's GIL.  NULL with the owner's exception set. */
struct pin *pin_new(struct guest *guest, struct side *owner, struct side *user, object *buffer) {
    struct pin *pin = malloc(sizeof *pin);
    if (pin == NULL) {
        owner->python.PyErr_NoMemory();
        return NULL;
    }
    if (owner->python.PyObject_GetBuffer(buffer, &pin->view, 0) != 0) {
        free(pin);
        return NULL;
    }
    pin->owner = owner;
    pin->user = user;
    pin->guest = guest;
    pthread_mutex_lock(&guest->lock);
    pin->next = &guest->pins;
    pin->previous = guest->pins.previous;
    pin->previous->next = pin->next->previous = pin;
    guest->pinned_by_host += user == &host;
    pthread_mutex_unlock(&guest->lock);
    return pin;
}

/* In the owner's GIL.  Whether it was the last that keeps a closed guest. */
bool pin_drop(struct pin *pin) {
    struct guest *guest = pin->guest;
    pthread_mutex_lock(&guest->lock);
    pin->previous->next = pin->next;
    pin->next->previous = pin->previous;
    bool last = pin->user == &host && --guest->pinned_by_host == 0 && guest->state == GUEST_CLOSED;
    pthread_mutex_unlock(&guest->lock);
    pin->owner->python.PyBuffer_Release(&pin->view);
    free(pin);
    return last;
}

/* A memoryview of the pinned memory, in the user's GIL; *PIN is its own then.  NULL with the
 * exception set. */
object *pin_export(struct pin **pin) {
    struct side *user = (*pin)->user;
    const struct python *python = &user->python;
    object *exporter = python->PyType_GenericAlloc(user->exporter, 0);
    if (exporter == NULL)
        return NULL;
    ((struct exporter *)exporter)->pin = *pin;
    *pin = NULL;
    object *view = python->PyMemoryView_FromObject(exporter);
    python->Py_DecRef(exporter);
    return view;
}

/* What a guest that is gone has left: the host's memory is the host's again. In the host's GIL. */
void pins_forget(struct guest *guest) {
    while (guest->pins.next != &guest->pins) {
        struct pin *pin = guest->pins.next;
        if (pin->owner == &host) {
            pin_drop(pin);
        } else {
            pin->next->previous = pin->previous;
            pin->previous->next = pin->next;
            free(pin);
        }
    }
}
