#include "loader.h"

int main(void) {
    void *library = opened("./libcatcher.so", RTLD_NOW);
    printf("caught %d\n", number(library, "catch_code"));
    printf("casts %d\n", number(library, "casts"));
}
