#include <stdlib.h>

enum { HANDLERS = 10 };

static int *run;

static void handler(void) { ++*run; }

int leave(int *counter) {
    run = counter;
    for (int i = 0; i < HANDLERS; i++)
        if (atexit(handler) != 0)
            return i;
    return HANDLERS;
}
