#include "loader.h"

int main(void) {
    printf("%s\n", dlopen("./libbad.so", RTLD_NOW) ? "opened" : "refused");
    printf("mapped %d\n", mappings_of("/libbad.so") + mappings_of("/libgood.so"));
    void *top = opened("./libtop.so", RTLD_NOW);
    printf("twice %d\n", mappings_of("/libtop.so") > 6 || mappings_of("/libgood.so") > 6);
    dlclose(top);
    printf("mapped %d\n", mappings_of("/libtop.so") + mappings_of("/libgood.so"));
}
