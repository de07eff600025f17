/* 1,000 functions: f000 to f999. */
#define ONE(a, b, c)                                                                               \
    int f##a##b##c(void) { return 1; }
#include "thousand.h"
