static __thread char huge[1 << 20];

char *where(void) { return huge; }
