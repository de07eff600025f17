#include "loader.h"

int main(void) {
    void *library = opened("./libexecstack.so", RTLD_NOW);
    printf("2 + 3 = %d\n", ((int (*)(int, int))found(library, "add"))(2, 3));
}
