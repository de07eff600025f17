int host_says(void) { return 42; }
