#include "loader.h"

int main(void) {
    printf("nodlopen: %s\n", dlopen("./libnoopen.so", RTLD_NOW) ? "opened" : "refused");
    printf("program: %s\n", dlopen("./program", RTLD_NOW) ? "opened" : "refused");
}
