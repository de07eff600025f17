#include "loader.h"

int main(void) {
    void *library = opened("./libopener.so", RTLD_NOW);
    printf("plugged %d\n", number(library, "plugged"));
    dlclose(library);
    printf("mapped %d\n", mappings_of("/libplugin.so") + mappings_of("/libopener.so"));
}
