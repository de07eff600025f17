#include <stdio.h>

__attribute__((constructor)) static void begin(void) { puts("plugin constructor"); }
__attribute__((destructor)) static void end(void) { puts("plugin destructor"); }

int plug(void) { return 97; }
