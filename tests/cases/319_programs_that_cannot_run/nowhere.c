void nowhere(void) {}
