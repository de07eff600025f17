#include "loader.h"

int main(void) { printf("use %d\n", number(opened("./libuser.so", RTLD_NOW), "use")); }
