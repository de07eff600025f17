#include "loader.h"

int main(void) { opened("./libargs.so", RTLD_NOW); }
