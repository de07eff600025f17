/* A library that cannot even be loaded. */
static volatile int *volatile nowhere;

__attribute__((constructor)) static void fall(void) { *nowhere = 1; }
