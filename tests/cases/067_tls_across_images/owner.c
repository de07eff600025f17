__thread int shared_counter = 100;

int owner_bump(void) { return ++shared_counter; }
