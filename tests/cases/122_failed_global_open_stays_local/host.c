#include "loader.h"

int main(void) {
    void *giver = opened("./libgiver.so", RTLD_NOW | RTLD_LOCAL);
    printf("%s\n", dlopen("./libbroken.so", RTLD_NOW | RTLD_GLOBAL) ? "opened" : "refused");
    printf("global %d\n", dlsym(opened(NULL, RTLD_NOW), "gift") != NULL);
    printf("gift %d\n", number(giver, "gift"));
}
