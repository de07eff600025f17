#include "loader.h"

int main(void) {
    void *one = opened("./libone.so", RTLD_NOW | RTLD_LOCAL);
    void *two = opened("./libtwo.so", RTLD_NOW | RTLD_LOCAL);
    void *(*make)(void) = found(one, "make");
    int (*is_square)(void *) = found(two, "is_square");
    int (*caught)(void (*)(void)) = found(two, "caught");
    printf("cast %d\n", is_square(make()));
    printf("caught %d\n", caught(found(one, "fail")));
}
