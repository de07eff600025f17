#include "loader.h"

int main(void) { printf("found in %s\n", text(opened("./view/libtop.so", RTLD_NOW), "top")); }
