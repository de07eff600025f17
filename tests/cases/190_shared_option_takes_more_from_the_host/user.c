int next(void);

int use(void) { return next(); }
