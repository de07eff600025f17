#include <unistd.h>

void _start(void) { _exit(0); }
