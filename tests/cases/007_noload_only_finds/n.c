int n(void) { return 7; }
