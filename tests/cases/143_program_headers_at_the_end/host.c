#include "loader.h"

int main(void) {
    void *library = opened("./libadd.so", RTLD_NOW);
    printf("2 + 3 = %d\n", ((int (*)(int, int))found(library, "add"))(2, 3));
    printf("loads %d\n", number(library, "loads"));
}
