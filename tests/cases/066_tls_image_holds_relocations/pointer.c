extern int target;
int call(void);
static int own = 5;

__thread int *to_own = &own;
__thread int *to_other = &target;
__thread int (*to_function)(void) = call;

int sum(void) { return *to_own + *to_other + to_function(); }
