#include "loader.h"

int main(void) {
    printf("nodeflib: %s\n", dlopen("./libnodeflib.so", RTLD_NOW) ? "opened" : "refused");
    printf("plain: %d\n", number(opened("./libplain.so", RTLD_NOW), "use"));
}
