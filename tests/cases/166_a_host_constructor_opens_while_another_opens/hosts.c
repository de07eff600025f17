void in_constructor(void);

__attribute__((constructor)) static void start(void) { in_constructor(); }
