#include "loader.h"

int main(void) {
    void *plain = opened("./libcount.so", RTLD_NOW);
    void *dotted = opened("./alias/../libcount.so", RTLD_NOW);
    void *alias = opened("./alias/libcount-alias.so", RTLD_NOW);
    void *twin = opened("./libcount-twin.so", RTLD_NOW);
    printf("dotted %d\n", plain == dotted);
    printf("symbolic link %d\n", plain == alias);
    printf("hard link %d\n", plain == twin);
    number(plain, "next");
    printf("count %d\n", number(twin, "next"));
}
