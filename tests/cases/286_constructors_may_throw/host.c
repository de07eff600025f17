#include "loader.h"

int main(void) { dlclose(opened("./libthrows.so", RTLD_NOW)); }
