int below(void);

int two(void) { return below() + 1; }
