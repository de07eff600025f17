int which(void);

int used(void) { return which(); }
