int in_base(void) { return 1; }
