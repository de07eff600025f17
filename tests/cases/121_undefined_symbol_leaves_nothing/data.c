extern int nobody_defines_this_data;

int read(void) { return nobody_defines_this_data; }
