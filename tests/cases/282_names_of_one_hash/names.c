int f_ab(void) { return 1; }
int f_bA(void) { return 2; }
int f_bR(void) { return 3; }
