void (*meet)(void);

int callee(void) { return 7; }
