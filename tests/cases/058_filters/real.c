const char *who(void) { return "real"; }
