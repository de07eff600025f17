#include "loader.h"

int main(void) {
    printf("alone: %s\n", dlopen("./libuser.so", RTLD_NOW) ? "opened" : "refused");
    void *x = opened("./hidden/libx-1.2.so", RTLD_NOW);
    void *user = opened("./libuser.so", RTLD_NOW);
    printf("after it: %d\n", number(user, "use"));
    printf("by soname: %d\n", opened("libx.so.1", RTLD_NOW) == x);
}
