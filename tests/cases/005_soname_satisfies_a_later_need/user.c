int x(void);

int use(void) { return x(); }
