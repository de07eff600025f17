int next(void);
int nowhere(void);

int use(void) { return next() + nowhere(); }
