const char *rite(void) { return "another rite"; }
