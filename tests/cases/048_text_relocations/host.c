#include "loader.h"

int main(void) {
    int before = mappings_of("rwxp");
    void *library = opened("./libtextrel.so", RTLD_NOW);
    printf("bump %d\n", number(library, "bump"));
    printf("read, write and execute %d\n", mappings_of("rwxp") - before);
}
