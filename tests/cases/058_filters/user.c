const char *who(void);

const char *use(void) { return who(); }
