#include "loader.h"

int main(void) {
    void *outer = opened("./libouter.so", RTLD_NOW);
    printf("mapped: %d\n", mappings_of("/libinner.so") > 0);
    printf("close: %d\n", dlclose(outer));
    printf("mapped: %d\n", mappings_of("/libouter.so") + mappings_of("/libinner.so"));
}
