#include "loader.h"

int main(void) {
    opened("./libstays.so", RTLD_NOW);
    void *goes = opened("./libgoes.so", RTLD_NOW);
    printf("dlclose %d\n", dlclose(goes));
    void *next = opened("./libadd.so", RTLD_NOW);
    printf("in its place %d\n", next == goes);
    printf("dlclose %d\n", dlclose(next));
    printf("mapped %d\n", mappings_of("/libadd.so"));
}
