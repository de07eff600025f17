#include "loader.h"

int main(void) {
    opened("./libholder.so", RTLD_NOW);
    printf("close %d\n", isolde_space_close(the_space()));
    printf("mapped %d\n", mappings_of("/libadd.so"));
}
