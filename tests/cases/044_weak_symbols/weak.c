__attribute__((weak)) const char *strength(void) { return "weak"; }
__attribute__((weak)) int nowhere(void);
extern __attribute__((weak)) int no_data;

const char *own_strength(void) { return strength(); }
int absent_function(void) { return nowhere == 0; }
int absent_data(void) { return &no_data == 0; }
