/* python.c - the table of a CPython's functions. */
#include "guest.h"

#include <dlfcn.h>

/* sizeof(PyObject), as type objects tell: PyTypeObject.tp_basicsize of `object`. */
static bool has_plain_objects(python_lookup *find, void *handle) {
    const char *type = find(handle, "PyBaseObject_Type");
    return type != NULL && *(const ssize_t *)(type + 32) == 16;
}

/* NULL, or why HANDLE is no Python that can be used. */
const char *python_fill(struct python *python, python_lookup *find, void *handle) {
#define FIND(result, name, arguments)                                                              \
    if ((*(void **)&python->name = find(handle, #name)) == NULL)                                   \
        return "it has no function " #name ": not a CPython 3.9 or newer";
    PYTHON_FUNCTIONS(FIND)
#undef FIND
#define FIND(name)                                                                                 \
    if ((python->name = find(handle, #name)) == NULL)                                              \
        return "it has no variable " #name ": not a CPython 3.9 or newer";
    PYTHON_VARIABLES(FIND)
#undef FIND
    if (!has_plain_objects(find, handle))
        return "it is a free-threaded build: use one with a GIL";
    return NULL;
}
