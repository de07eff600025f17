extern int host_says(void) __attribute__((weak));

int ask(void) { return host_says ? host_says() : -1; }
