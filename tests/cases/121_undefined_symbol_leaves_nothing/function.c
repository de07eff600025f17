int nobody_defines_this_function(void);

int call(void) { return nobody_defines_this_function(); }
