#include "loader.h"

int main(void) {
    void *library = opened("./libtop.so", RTLD_NOW);
    puts("opened");
    dlclose(library);
    puts("closed");
}
