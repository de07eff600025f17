const char *who(void);

const char *top(void) { return who(); }
