int below(void) { return 1; }
