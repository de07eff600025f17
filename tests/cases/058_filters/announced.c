const char *who(void) { return "announced"; }
