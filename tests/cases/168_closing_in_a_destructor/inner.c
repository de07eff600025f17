#include <stdio.h>

__attribute__((destructor)) static void end(void) { puts("inner ends"); }
