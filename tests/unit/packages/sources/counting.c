/* An extension module with a single phase, on a bundled library.  While it is imported it imports
 * WHILE_IMPORTED, if that is defined. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

int count(void);

static PyObject *count_once(PyObject *self, PyObject *none) {
    (void)self;
    (void)none;
    return PyLong_FromLong(count());
}

static PyMethodDef functions[] = {{"count", count_once, METH_NOARGS, NULL}, {0}};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_native", NULL, -1, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) {
#ifdef WHILE_IMPORTED
    if (PyImport_ImportModule(WHILE_IMPORTED) == NULL)
        return NULL;
#endif
    return PyModule_Create(&module);
}
