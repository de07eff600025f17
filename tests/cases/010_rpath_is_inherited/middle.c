int leaf(void);

int middle(void) { return leaf() + 20; }
