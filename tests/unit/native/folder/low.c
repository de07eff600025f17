int low_value = VALUE;
__thread int low_local = VALUE + 1;
#ifdef SWAPPED
int low_second(void) { return VALUE + 3; }
#endif
int low_first(void) { return VALUE + 2; }
#ifndef SWAPPED
int low_second(void) { return VALUE + 3; }
#endif
