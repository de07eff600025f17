#include "loader.h"

int main(void) {
    void *top = opened("./libtop.so", RTLD_NOW);
    printf("dlsym finds %s\n", text(top, "who"));
    printf("top sees %s\n", text(top, "top_sees"));
    printf("left sees %s\n", text(top, "left_sees"));
}
