#include "loader.h"

static void take(const char *when) {
    void *taker = dlopen("./libtaker.so", RTLD_NOW);
    printf("%s: %s\n", when, taker ? "taken" : "refused");
    if (taker != NULL) {
        printf("gift %d\n", number(taker, "take"));
        dlclose(taker);
    }
}

int main(void) {
    take("no giver");
    void *giver = opened("./libgiver.so", RTLD_NOW | RTLD_LOCAL);
    take("local giver");
    void *everything = dlopen(NULL, RTLD_NOW);
    if (everything != NULL)
        printf("global scope has it %d\n", dlsym(everything, "gift") != NULL);
    opened("./libgiver.so", RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
    take("global giver");
    if (everything != NULL)
        printf("global scope has it %d\n", dlsym(everything, "gift") == found(giver, "gift"));
    dlclose(giver);
}
