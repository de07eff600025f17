#include "loader.h"

int main(void) {
    void *library = opened("./libtop.so", RTLD_NOW);
    printf("top %d\n", number(library, "top"));
    printf("nothing follows %d\n", number(library, "nothing_follows"));
}
