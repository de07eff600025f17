int front(void);

int use(void) { return front(); }
