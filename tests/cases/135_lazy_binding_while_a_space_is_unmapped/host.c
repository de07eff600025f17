#include "loader.h"

int main(void) {
    opened("./libpool.so", RTLD_LAZY);
    printf("close %d\n", isolde_space_close(the_space()));
}
