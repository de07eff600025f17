int work(int n);

int top(void) { return work(50); }
