#include "loader.h"

int main(void) {
    printf("dynamic %d\n", number(opened("./libsets.so", RTLD_NOW), "value"));
    printf("static %d\n", number(opened("./libsetsstatic.so", RTLD_NOW), "value"));
}
