int behind(void);

int front(void) { return behind() + 1; }
