#include "loader.h"

int main(void) { printf("%d\n", number(opened("./libbare.so", RTLD_NOW), "in_a_thread")); }
