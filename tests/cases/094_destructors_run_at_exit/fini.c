#include <stdio.h>
#include <stdlib.h>

static void handler(void) { puts(NAME " atexit"); }
__attribute__((constructor)) static void begin(void) { atexit(handler); }
__attribute__((destructor)) static void end(void) { puts(NAME " destructor"); }
