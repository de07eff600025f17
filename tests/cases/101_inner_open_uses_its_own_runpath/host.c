#include "loader.h"

int main(void) {
    printf("outside %d\n", dlopen("libplugin.so", RTLD_NOW) != NULL);
    printf("inside %d\n", number(opened("./libinside.so", RTLD_NOW), "plugged"));
}
