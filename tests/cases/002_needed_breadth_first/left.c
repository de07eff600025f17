const char *who(void);

const char *left_sees(void) { return who(); }
