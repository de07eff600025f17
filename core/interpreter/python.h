/* python.h - what is called of a CPython, 3.9 to 3.14, each function by its name.
 *
 * All of them are in the stable ABI, or have been exported unchanged by every one of these
 * versions. */
#ifndef ISOLDE_PYTHON_H
#define ISOLDE_PYTHON_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct object object;

/* Py_buffer: the same in every Python 3. */
struct py_buffer {
    void *buf;
    object *obj;
    ssize_t len, itemsize;
    int readonly, ndim;
    char *format;
    ssize_t *shape, *strides, *suboffsets;
    void *internal;
};

struct py_status {
    int type; /* 0: well */
    const char *function, *message;
    int exitcode;
};

struct py_slot {
    int slot;
    void *function;
};
struct py_spec {
    const char *name;
    int basic_size, item_size;
    unsigned flags;
    struct py_slot *slots;
};
struct py_method {
    const char *name;
    object *(*function)(object *self, object *argument);
    int flags;
    const char *doc;
};

/* PyModuleDef: fixed by the stable ABI. */
struct py_module_def {
    struct {
        ssize_t references;
        void *type, *init;
        ssize_t index;
        void *copy;
    } base;
    const char *name, *doc;
    ssize_t size;
    void *methods, *slots, *traverse, *clear, *free;
};

struct py_compiler_flags {
    int flags, minor_version;
};

struct py_raw_allocator {
    void *heap;
    void *(*malloc)(void *heap, size_t size);
    void *(*calloc)(void *heap, size_t count, size_t size);
    void *(*realloc)(void *heap, void *block, size_t size);
    void (*free)(void *heap, void *block);
};
struct py_arena_allocator {
    void *heap;
    void *(*alloc)(void *heap, size_t size);
    void (*free)(void *heap, void *block, size_t size);
};

enum {
    PY_TP_DEALLOC = 52,
    PY_TP_NEW = 65,
    PY_BF_GETBUFFER = 1,
    PY_DEFAULT_FLAGS = 1 << 18,
    PY_METH_NOARGS = 4,
    PY_METH_O = 8,
    PY_DOMAIN_RAW = 0,
    PY_FILE_INPUT = 257,
    PY_UNLOCKED = 1, /* PyGILState_UNLOCKED */
    PY_SOURCE_IS_UTF8 = 0x100,
    PY_IGNORE_COOKIE = 0x800,
};

#define PYTHON_FUNCTIONS(F)                                                                        \
    F(int, PyGILState_Ensure, (void))                                                              \
    F(void, PyGILState_Release, (int))                                                             \
    F(void *, PyGILState_GetThisThreadState, (void))                                               \
    F(void *, PyEval_SaveThread, (void))                                                           \
    F(void, PyEval_RestoreThread, (void *))                                                        \
    F(void, Py_IncRef, (object *))                                                                 \
    F(void, Py_DecRef, (object *))                                                                 \
    F(object *, PyBytes_FromStringAndSize, (const char *, ssize_t))                                \
    F(int, PyBytes_AsStringAndSize, (object *, char **, ssize_t *))                                \
    F(object *, PyTuple_New, (ssize_t))                                                            \
    F(ssize_t, PyTuple_Size, (object *))                                                           \
    F(object *, PyTuple_GetItem, (object *, ssize_t))                                              \
    F(int, PyTuple_SetItem, (object *, ssize_t, object *))                                         \
    F(object *, PyLong_FromLong, (long))                                                           \
    F(object *, PyObject_CallFunctionObjArgs, (object *, ...))                                     \
    F(int, PyObject_GetBuffer, (object *, struct py_buffer *, int))                                \
    F(void, PyBuffer_Release, (struct py_buffer *))                                                \
    F(int, PyBuffer_FillInfo, (struct py_buffer *, object *, void *, ssize_t, int, int))           \
    F(object *, PyMemoryView_FromObject, (object *))                                               \
    F(object *, PyType_FromSpec, (struct py_spec *))                                               \
    F(object *, PyType_GenericAlloc, (object *, ssize_t))                                          \
    F(void, PyObject_Free, (void *))                                                               \
    F(object *, PyErr_NoMemory, (void))                                                            \
    F(object *, PyErr_Occurred, (void))                                                            \
    F(void, PyErr_Clear, (void))                                                                   \
    F(int, PyErr_ExceptionMatches, (object *))                                                     \
    F(void, PyErr_Fetch, (object **, object **, object **))                                        \
    F(void, PyErr_Restore, (object *, object *, object *))                                         \
    F(void, PyErr_WriteUnraisable, (object *))                                                     \
    F(int, PyErr_CheckSignals, (void))                                                             \
    F(void, PyErr_SetInterrupt, (void))                                                            \
    F(int, PyThreadState_SetAsyncExc, (unsigned long, object *))                                   \
    F(unsigned long, PyThread_get_thread_ident, (void))                                            \
    F(object *, PyDict_New, (void))                                                                \
    F(int, PyDict_SetItemString, (object *, const char *, object *))                               \
    F(object *, PyDict_GetItemString, (object *, const char *))                                    \
    F(object *, PyRun_String, (const char *, int, object *, object *))                             \
    F(object *, Py_CompileStringExFlags,                                                           \
      (const char *, const char *, int, struct py_compiler_flags *, int))                          \
    F(object *, PyCapsule_New, (void *, const char *, void (*)(object *)))                         \
    F(void *, PyCapsule_GetPointer, (object *, const char *))                                      \
    F(object *, PyCFunction_NewEx, (struct py_method *, object *, object *))                       \
    F(void, PyMem_SetAllocator, (int, struct py_raw_allocator *))                                  \
    F(void, PyObject_SetArenaAllocator, (struct py_arena_allocator *))                             \
    F(int, PyImport_AppendInittab, (const char *, object *(*)(void)))                              \
    F(object *, PyModuleDef_Init, (struct py_module_def *))                                        \
    F(void, PyConfig_InitPythonConfig, (void *))                                                   \
    F(struct py_status, PyConfig_SetBytesArgv, (void *, ssize_t, char *const *))                   \
    F(void, PyConfig_Clear, (void *))                                                              \
    F(struct py_status, Py_InitializeFromConfig, (const void *))                                   \
    F(const char *, Py_GetVersion, (void))                                                         \
    F(int, Py_FinalizeEx, (void))                                                                  \
    F(void, PyOS_BeforeFork, (void))                                                               \
    F(void, PyOS_AfterFork_Parent, (void))                                                         \
    F(void, PyOS_AfterFork_Child, (void))

#define PYTHON_VARIABLES(V)                                                                        \
    V(PyExc_KeyboardInterrupt)                                                                     \
    V(PyExc_BufferError)

struct python {
#define DECLARE(result, name, arguments) result(*name) arguments;
    PYTHON_FUNCTIONS(DECLARE)
#undef DECLARE
#define DECLARE(name) object **name;
    PYTHON_VARIABLES(DECLARE)
#undef DECLARE
};

/* PyConfig's size differs from version to version; none comes near it. */
enum { PYTHON_CONFIG_SIZE = 8192 };

#endif
