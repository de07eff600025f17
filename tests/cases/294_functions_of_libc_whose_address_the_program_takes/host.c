#include <gnu/libc-version.h>

#include "loader.h"

int main(void) {
    const char *(*volatile version)(void) = gnu_get_libc_version;
    int (*add)(int, int) = (int (*)(int, int))found(opened("./libadd.so", RTLD_NOW), "add");
    printf("glibc %c, %d\n", version()[0], add(3, 4));
}
