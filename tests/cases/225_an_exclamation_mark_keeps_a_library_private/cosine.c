#include <math.h>

void *address(void) { return (void *)cos; }
