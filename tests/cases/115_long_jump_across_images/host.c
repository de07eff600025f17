#include "loader.h"

static void crash(void) { *(volatile int *)8 = 1; }

int main(void) {
    int (*survive)(void (*)(void)) = found(opened("./libjump.so", RTLD_NOW), "survive");
    printf("survived %d\n", survive(crash) && survive(crash));
}
