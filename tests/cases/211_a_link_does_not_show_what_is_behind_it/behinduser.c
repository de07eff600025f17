int behind(void);

int use(void) { return behind(); }
