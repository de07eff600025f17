#include "loader.h"

int main(void) {
    void *library = opened("./libtls.so", RTLD_NOW);
    printf("block %d\n", number(library, "block_holds_counter"));
    printf("dlinfo %d\n", number(library, "dlinfo_agrees"));
}
