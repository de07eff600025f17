/* A library with state, of which each package brings another version. */
static int counted;

int count(void) { return counted += STEP; }
