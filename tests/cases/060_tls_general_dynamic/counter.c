/* One thread-local counter with an initial value, one without, and a private one. */
__thread int counter = 40;
__thread int zero[64];
static __thread int private_counter = 7;

int bump(void) { return ++counter; }
int bump_zero(void) { return ++zero[63]; }
int bump_private(void) { return ++private_counter; }
void *address(void) { return &counter; }
