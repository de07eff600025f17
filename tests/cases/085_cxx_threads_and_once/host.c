#include "loader.h"

int main(void) { printf("together %d\n", number(opened("./libthreads.so", RTLD_NOW), "together")); }
