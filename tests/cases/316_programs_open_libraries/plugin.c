#include <stdio.h>
#include <stdlib.h>

int word(void);
static int loads;

__attribute__((constructor)) static void begin(void) { loads++; }
__attribute__((destructor)) static void end(void) { printf("plugin ends\n"); }

int plugin(void) { return word() * 10 + loads; }
void leave(int status) { exit(status); }
