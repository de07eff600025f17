/* messages.c - what goes from one interpreter to the other: bytes, and buffers that stay in place.
 *
 * A message is a bytes-like object, or a tuple that begins with one and goes on with buffers. Small
 * bytes are copied, which is cheaper than a pin; large ones are pinned like the buffers. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

enum { LARGE = 64 * 1024 };

/* In the GIL of the side that all pins belong to. */
void message_discard(struct message *message) {
    for (size_t i = 0; i < message->count; i++)
        if (message->pins[i] != NULL)
            pin_drop(message->pins[i]);
    if (message->large != NULL)
        pin_drop(message->large);
    if (message->bytes != message->small)
        free(message->bytes);
    if (message->pins != message->few)
        free(message->pins);
}

static int take_bytes(struct guest *guest, struct side *from, struct side *to, object *source,
                      struct message *message) {
    char *bytes;
    if (from->python.PyBytes_AsStringAndSize(source, &bytes, &message->size) != 0)
        return -1;
    message->bytes = message->small;
    if (message->size > LARGE) {
        message->large = pin_new(guest, from, to, source);
        return message->large ? 0 : -1;
    }
    if ((size_t)message->size > sizeof message->small &&
        (message->bytes = malloc((size_t)message->size)) == NULL) {
        from->python.PyErr_NoMemory();
        return -1;
    }
    memcpy(message->bytes, bytes, (size_t)message->size);
    return 0;
}

static int take_buffers(struct guest *guest, struct side *from, struct side *to, object *tuple,
                        struct message *message) {
    size_t count = (size_t)from->python.PyTuple_Size(tuple) - 1;
    if (count > sizeof message->few / sizeof *message->few &&
        (message->pins = calloc(count, sizeof *message->pins)) == NULL) {
        message->pins = message->few;
        from->python.PyErr_NoMemory();
        return -1;
    }
    for (; message->count < count; message->count++) {
        object *buffer = from->python.PyTuple_GetItem(tuple, (ssize_t)message->count + 1);
        struct pin *pin = pin_new(guest, from, to, buffer);
        if (pin == NULL)
            return -1;
        message->pins[message->count] = pin;
    }
    return 0;
}

/* SOURCE, of the side FROM and in its GIL.  -1 with an exception of FROM, and nothing taken. */
int message_take(struct guest *guest, struct side *from, struct side *to, object *source,
                 struct message *message) {
    const struct python *python = &from->python;
    message->large = NULL;
    message->bytes = message->small;
    message->pins = message->few;
    message->count = 0;
    bool is_tuple = python->PyTuple_Size(source) > 0;
    if (!is_tuple)
        python->PyErr_Clear();
    object *bytes = is_tuple ? python->PyTuple_GetItem(source, 0) : source;
    if (take_bytes(guest, from, to, bytes, message) == 0 &&
        (!is_tuple || take_buffers(guest, from, to, source, message) == 0))
        return 0;
    message_discard(message);
    return -1;
}

/* The bytes as an object of TO. */
static object *give_bytes(struct side *to, struct message *message) {
    if (message->large == NULL)
        return to->python.PyBytes_FromStringAndSize(message->bytes, message->size);
    return pin_export(&message->large);
}

/* The message as an object of TO, in its GIL; NULL with an exception of TO.  What could not be
 * given is for message_discard, in the other GIL. */
object *message_give(struct side *to, struct message *message) {
    const struct python *python = &to->python;
    object *bytes = give_bytes(to, message);
    if (bytes == NULL || message->count == 0)
        return bytes;
    object *tuple = python->PyTuple_New((ssize_t)message->count + 1);
    if (tuple == NULL) {
        python->Py_DecRef(bytes);
        return NULL;
    }
    python->PyTuple_SetItem(tuple, 0, bytes);
    for (size_t i = 0; i < message->count; i++) {
        object *view = pin_export(&message->pins[i]);
        if (view == NULL) {
            python->Py_DecRef(tuple);
            return NULL;
        }
        python->PyTuple_SetItem(tuple, (ssize_t)i + 1, view);
    }
    return tuple;
}

/* After giving, in TO's GIL: normally no pin is left. */
void message_given(struct message *message, struct side *from, struct side *to) {
    bool left = message->large != NULL;
    for (size_t i = 0; i < message->count; i++)
        left |= message->pins[i] != NULL;
    if (!left) {
        message_discard(message);
        return;
    }
    void *state = to->python.PyEval_SaveThread();
    int entered = from->python.PyGILState_Ensure();
    message_discard(message);
    from->python.PyGILState_Release(entered);
    to->python.PyEval_RestoreThread(state);
}
