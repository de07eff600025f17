/* Calls 1,000 functions of another library through its PLT, each once. */
#define ONE(a, b, c) int f##a##b##c(void);
#include "thousand.h"
#undef ONE

int call_all(void) {
    int calls = 0;
#define ONE(a, b, c) calls += f##a##b##c();
#include "thousand.h"
    return calls;
}
