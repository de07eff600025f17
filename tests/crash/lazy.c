int nobody_defines_this(void);

int call_it(void) { return nobody_defines_this(); }
