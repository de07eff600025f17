int ping(void);

int pong(void) { return 215; }
int back(void) { return ping(); }
