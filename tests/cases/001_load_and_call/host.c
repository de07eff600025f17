#include "loader.h"

int main(void) {
    void *library = opened("./libadd.so", RTLD_NOW);
    int (*add)(int, int) = found(library, "add");
    printf("2 + 3 = %d\n", add(2, 3));
    printf("calls %d\n", *(int *)found(library, "calls"));
    printf("close %d\n", dlclose(library));
}
