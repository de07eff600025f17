static int count;

int global_count(void) { return ++count; }
