const char *who(void);

const char *top_sees(void) { return who(); }
