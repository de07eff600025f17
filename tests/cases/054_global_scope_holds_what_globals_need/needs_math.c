int needs_math(void) { return 54; }
