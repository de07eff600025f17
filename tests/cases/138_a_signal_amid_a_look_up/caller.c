extern int callee(void);

int call(void) { return callee(); }
