int one(void);

int use(void) { return one(); }
