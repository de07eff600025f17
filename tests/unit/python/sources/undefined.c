/* Cannot be loaded: nothing defines what it calls. */
int nobody_defines_this(void);

int calls_it(void) { return nobody_defines_this(); }
