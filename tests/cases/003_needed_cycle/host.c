#include "loader.h"

int main(void) {
    void *library = opened("./libping.so", RTLD_NOW);
    int (*pong)(int) = found(library, "pong");
    printf("rallies %d\n", pong(9));
    printf("close %d\n", dlclose(library));
    printf("left mapped %d\n", mappings_of("/libping.so") + mappings_of("/libpong.so"));
}
