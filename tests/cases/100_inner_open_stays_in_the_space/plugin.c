static int count;

int plug(void) { return ++count; }
