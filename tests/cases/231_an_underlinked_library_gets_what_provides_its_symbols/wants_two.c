int two(void);

int use(void) { return two(); }
