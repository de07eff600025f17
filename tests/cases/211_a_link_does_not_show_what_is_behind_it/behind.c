int behind(void) { return 211; }
