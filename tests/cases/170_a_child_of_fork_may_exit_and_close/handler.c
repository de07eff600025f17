#include <stdlib.h>

static int left;

static void forget(void) { left = 0; }

__attribute__((constructor)) static void start(void) { left = atexit(forget) == 0; }

int handlers(void) { return left; }
