int one(void);
int two(void);

int use(void) { return one() + two(); }
