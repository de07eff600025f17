#include "loader.h"

static void report(const char *when) {
    printf("%s: left %d, right %d\n", when, mappings_of("/libleft.so") > 0,
           mappings_of("/libright.so") > 0);
}

int main(void) {
    void *left = opened("./libleft.so", RTLD_LAZY | RTLD_GLOBAL);
    void *right = opened("./libright.so", RTLD_LAZY | RTLD_GLOBAL);
    int (*of_left)(int) = found(left, "left");
    printf("left %d\n", of_left(4));
    dlclose(left);
    report("left closed");
    dlclose(right);
    report("right closed");
}
