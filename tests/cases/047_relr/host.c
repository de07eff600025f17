#include "loader.h"

int main(void) { printf("wrong %d\n", number(opened("./librelr.so", RTLD_NOW), "wrong")); }
