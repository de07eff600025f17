#include "loader.h"

int main(void) {
    void *library = opened("./libthrow.so", RTLD_NOW);
    printf("destroyed %d\n", number(library, "throw_and_catch"));
    printf("destroyed %d\n", number(library, "throw_and_catch"));
}
