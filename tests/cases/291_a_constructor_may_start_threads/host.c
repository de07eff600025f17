#include "loader.h"

int main(void) { printf("sum %d\n", number(opened("./libstarts.so", RTLD_NOW), "sum")); }
