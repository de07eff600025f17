extern void reach_constructor(void);

int hosts = 7;

/* libnext.so needs it: it is loaded, into the host, in the middle of that open. */
__attribute__((constructor)) static void start(void) { reach_constructor(); }
