#include "loader.h"

static void report(const char *when) {
    printf("%s: top %d, base %d\n", when, mappings_of("/libtop.so") > 0,
           mappings_of("/libbase.so") > 0);
}

int main(void) {
    void *first = opened("./libtop.so", RTLD_NOW);
    void *second = opened("./libtop.so", RTLD_NOW);
    void *base = opened("./libbase.so", RTLD_NOW);
    printf("one handle %d\n", first == second);
    dlclose(first);
    report("one close of top");
    dlclose(second);
    report("two closes of top");
    dlclose(base);
    report("close of base");
}
