#include "loader.h"

int main(void) {
    void *library = opened("./libtextrel.so", RTLD_NOW);
    printf("bump %d\n", number(library, "bump"));
    printf("read, write and execute %d\n", mappings_of("rwxp"));
}
