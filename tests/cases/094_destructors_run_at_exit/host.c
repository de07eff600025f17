#include "loader.h"

static void own(void) { puts("host atexit"); }

int main(void) {
    opened("./libtop.so", RTLD_NOW);
    atexit(own);
    puts("main returns");
}
