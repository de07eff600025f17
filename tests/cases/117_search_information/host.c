#include "loader.h"

int main(void) { run(opened("./libasks.so", RTLD_NOW), "list"); }
