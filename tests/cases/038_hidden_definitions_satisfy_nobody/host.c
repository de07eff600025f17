#include "loader.h"

int main(void) {
    printf("used %d\n", number(opened("./libuser.so", RTLD_NOW), "used"));
    printf("found %d\n", dlsym(opened("./libhidden.so", RTLD_NOW), "which") != NULL);
}
