int table[10] = {0, 10, 20, 30, 40, 50, 60, 70, 80, 90};

int base_function(void) { return 6; }
