extern void (*at_end)(void);

void *whose(void) { return &at_end; }
