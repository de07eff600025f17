/* libpython.c - an interpreter that starts, imports and ends.  No header of Python's is needed. */
#include <stddef.h>

void Py_InitializeEx(int signals);
int PyRun_SimpleString(const char *source);
int Py_FinalizeEx(void);
void print_touched(const char *phase);
void use(void);

void use(void) {
    print_touched("loaded");
    Py_InitializeEx(0);
    print_touched("Py_Initialize");
    PyRun_SimpleString("import json, re; json.dumps(re.findall('b+', 'abba'))");
    print_touched("import json, re");
    Py_FinalizeEx();
    print_touched("Py_Finalize");
}
