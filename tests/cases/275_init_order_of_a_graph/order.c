#include <stdio.h>

__attribute__((constructor)) static void begin(void) { puts(NAME " constructor"); }
__attribute__((destructor)) static void end(void) { puts(NAME " destructor"); }
