int base(void);

int top(void) { return base() + 1; }
