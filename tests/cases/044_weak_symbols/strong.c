const char *strength(void) { return "strong"; }
