int x(void) { return 12; }
