/* messages.c - what goes from one interpreter to the other: bytes, and buffers that stay in place.
 *
 * A message is a bytes-like object, or a tuple that begins with one and goes on with buffers. Small
 * bytes are copied, which is cheaper than a pin; large ones are pinned like the buffers. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

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

static int take_bytes(struct message *message, object *source, ssize_t large) {
    const struct python *python = &message->from->python;
    char *bytes;
    if (python->PyBytes_AsStringAndSize(source, &bytes, &message->size) != 0)
        return -1;
    if (message->size > large) {
        message->large = pin_new(message->guest, message->from, message->to, source);
        return message->large ? 0 : -1;
    }
    if ((size_t)message->size > sizeof message->small &&
        (message->bytes = malloc((size_t)message->size)) == NULL) {
        message->bytes = message->small;
        python->PyErr_NoMemory();
        return -1;
    }
    memcpy(message->bytes, bytes, (size_t)message->size);
    return 0;
}

static int take_buffers(struct message *message, object *tuple) {
    const struct python *python = &message->from->python;
    size_t count = (size_t)python->PyTuple_Size(tuple) - 1;
    if (count > sizeof message->few / sizeof *message->few &&
        (message->pins = calloc(count, sizeof *message->pins)) == NULL) {
        message->pins = message->few;
        python->PyErr_NoMemory();
        return -1;
    }
    for (; message->count < count; message->count++) {
        object *buffer = python->PyTuple_GetItem(tuple, (ssize_t)message->count + 1);
        struct pin *pin = pin_new(message->guest, message->from, message->to, buffer);
        if (pin == NULL)
            return -1;
        message->pins[message->count] = pin;
    }
    return 0;
}

/* SOURCE, of the side FROM and in its GIL; bytes are pinned if they are more than LARGE.  -1 with
 * an exception of FROM, and nothing taken. */
int message_take(struct guest *guest, struct side *from, struct side *to, object *source,
                 ssize_t large, struct message *message) {
    const struct python *python = &from->python;
    message->guest = guest;
    message->from = from;
    message->to = to;
    message->large = NULL;
    message->bytes = message->small;
    message->pins = message->few;
    message->count = 0;
    bool is_tuple = python->PyTuple_Size(source) > 0;
    if (!is_tuple)
        python->PyErr_Clear();
    object *bytes = is_tuple ? python->PyTuple_GetItem(source, 0) : source;
    if (take_bytes(message, bytes, large) == 0 && (!is_tuple || take_buffers(message, source) == 0))
        return 0;
    message_discard(message);
    return -1;
}

/* The bytes as an object of TO. */
static object *give_bytes(struct message *message) {
    if (message->large == NULL)
        return message->to->python.PyBytes_FromStringAndSize(message->bytes, message->size);
    return pin_export(&message->large);
}

/* The message as an object of TO, in its GIL; NULL with an exception of TO.  What could not be
 * given is for message_discard, in the other GIL. */
object *message_give(struct message *message) {
    const struct python *python = &message->to->python;
    object *bytes = give_bytes(message);
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
void message_given(struct message *message) {
    const struct python *from = &message->from->python, *to = &message->to->python;
    bool left = message->large != NULL;
    for (size_t i = 0; i < message->count; i++)
        left |= message->pins[i] != NULL;
    if (!left) {
        message_discard(message);
        return;
    }
    void *state = to->PyEval_SaveThread();
    int entered = from->PyGILState_Ensure();
    message_discard(message);
    from->PyGILState_Release(entered);
    to->PyEval_RestoreThread(state);
}
