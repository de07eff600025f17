int leaf(void) { return 3; }
