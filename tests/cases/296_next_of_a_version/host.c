#include "loader.h"

int main(void) {
    void *library = opened("./libwraps.so", RTLD_NOW);
    printf("V1 %d\n", number(library, "first"));
    printf("V2 %d\n", number(library, "second"));
    printf("V3 %d\n", number(library, "third"));
    printf("default %d\n", number(library, "newest"));
}
