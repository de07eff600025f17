int version(void);

int use(void) { return version(); }
