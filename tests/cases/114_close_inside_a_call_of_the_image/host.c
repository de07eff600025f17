#include "loader.h"

int main(void) {
    void *library = opened("./libreloads.so", RTLD_NOW);
    printf("sum %d\n", ((int (*)(int))found(library, "reload"))(2));
    printf("mapped %d\n", mappings_of("/libplugin.so"));
}
