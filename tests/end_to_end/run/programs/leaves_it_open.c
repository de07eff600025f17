/* Opens and closes a namespace, opens another, and ends. */
#include "../check.h"

static void say_exit(void) { puts("exit"); }

int main(void) {
    atexit(say_exit);
    check(dlclose(open_new("./liblifecycle.so")) == 0);
    open_new("./liblifecycle.so");
    return 3;
}
