#include "loader.h"

static void report(const char *when) {
    printf("%s: stays %d, broken %d\n", when, mappings_of("/libstays.so") > 0,
           mappings_of("/libbroken.so") > 0);
}

int main(void) {
    printf("%s\n", dlopen("./libbroken.so", RTLD_NOW) ? "opened" : "refused");
    printf("%s\n", dlopen("./libbroken.so", RTLD_NOW | RTLD_NODELETE) ? "opened" : "refused");
    report("refused");
    dlclose(opened("./libstays.so", RTLD_NOW));
    report("closed");
}
