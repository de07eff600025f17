int gift(void) { return 5; }
