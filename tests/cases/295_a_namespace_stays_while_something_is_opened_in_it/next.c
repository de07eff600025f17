extern int hosts;

int next(void) { return hosts; }
