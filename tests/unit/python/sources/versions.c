/* One function, whose version the linker script decides. */
int versioned(void) { return 1; }
