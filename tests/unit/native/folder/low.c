int low_value = VALUE;
__thread int low_local = VALUE + 1;
int low_first(void) { return VALUE + 2; }
int low_second(void) { return VALUE + 3; }
