#include "loader.h"

int main(void) { printf("worked %d\n", number(opened("./libwaits.so", RTLD_NOW), "worked")); }
