#include "loader.h"

int main(void) { printf("nested %d\n", number(opened("./libnests.so", RTLD_NOW), "nested")); }
