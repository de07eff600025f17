#include "loader.h"

int main(void) {
    opened("./libtop.so", RTLD_NOW | RTLD_NODELETE);
    opened("./libother.so", RTLD_NOW);
    opened("./libother.so", RTLD_NOW);
    printf("close %d\n", isolde_space_close(the_space()));
    printf("mapped %d\n",
           mappings_of("/libbase.so") + mappings_of("/libtop.so") + mappings_of("/libother.so"));
}
