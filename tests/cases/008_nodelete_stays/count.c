static int count;

int NEXT(void) { return ++count; }
