#include "loader.h"

int main(void) { printf("found by %s\n", text(opened("./libtop.so", RTLD_NOW), "top")); }
