int target = 66;

int call(void) { return target + 1; }
