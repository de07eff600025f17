#include "loader.h"

int main(void) { printf("asked %d\n", number(opened("./libasks.so", RTLD_NOW), "asked")); }
