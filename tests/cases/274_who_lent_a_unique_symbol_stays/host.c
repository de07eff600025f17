#include "loader.h"

int main(void) {
    void *one = opened("./libone.so", RTLD_NOW);
    number(one, "enter");
    void *two = opened("./libtwo.so", RTLD_NOW);
    number(two, "enter");
    dlclose(one);
    printf("mapped %d\n", mappings_of("/libone.so") > 0);
    printf("entries %d\n", number(two, "enter"));
    one = opened("./libone.so", RTLD_NOW);
    printf("entries %d\n", number(one, "enter"));
}
