/* A little state. */
static long counter;

long next(void) { return ++counter; }
