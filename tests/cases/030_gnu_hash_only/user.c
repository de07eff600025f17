int f00(void);
int f77(void);

int use(void) { return f00() + f77(); }
