#include "loader.h"

int main(void) {
    printf("auxiliary: %s\n", text(opened("./libauxiliary.so", RTLD_NOW), "who"));
    printf("auxiliary absent: %s\n", text(opened("./libabsent.so", RTLD_NOW), "who"));
    printf("bound: %s\n", text(opened("./libuser.so", RTLD_NOW), "use"));
}
