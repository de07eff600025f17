#include "loader.h"

int main(void) { printf("not zero %d\n", number(opened("./libbss.so", RTLD_NOW), "not_zero")); }
