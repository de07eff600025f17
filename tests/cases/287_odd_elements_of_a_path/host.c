#include "loader.h"

int main(void) { printf("%s\n", text(opened("./libtop.so", RTLD_NOW), "top")); }
