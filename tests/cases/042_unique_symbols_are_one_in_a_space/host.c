#include "loader.h"

int main(void) {
    number(opened("./libone.so", RTLD_NOW | RTLD_LOCAL), "enter");
    printf("entries %d\n", number(opened("./libtwo.so", RTLD_NOW | RTLD_LOCAL), "enter"));
}
