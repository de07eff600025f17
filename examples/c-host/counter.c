/* A library with state of its own. */
static int calls;

int count(void) { return ++calls; }
