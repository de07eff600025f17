#include "loader.h"

int main(void) {
    opened("./libneedsmath.so", RTLD_NOW | RTLD_GLOBAL);
    printf("use %d\n", number(opened("./libforgets.so", RTLD_NOW), "use"));
}
