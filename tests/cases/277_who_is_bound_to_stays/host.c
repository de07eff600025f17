#include "loader.h"

static void report(const char *when) {
    printf("%s: giver %d, taker %d\n", when, mappings_of("/libgiver.so") > 0,
           mappings_of("/libtaker.so") > 0);
}

int main(void) {
    void *giver = opened("./libgiver.so", RTLD_NOW | RTLD_GLOBAL);
    void *taker = opened("./libtaker.so", RTLD_NOW);
    dlclose(giver);
    report("giver closed");
    printf("gift %d\n", number(taker, "take"));
    dlclose(taker);
    report("taker closed");
}
