#include "loader.h"

int main(void) {
    void *library = opened("./libodd.so", RTLD_NOW);
    printf("fixed %p\n", found(library, "fixed_value"));
    printf("pointer to fixed %p\n", *(void **)found(library, "points_to_fixed"));
    printf("sizeless %d\n", number(library, "sizeless"));
    printf("typeless %d\n", number(library, "typeless"));
}
