#include "loader.h"

int main(void) {
    void *library = opened("./libatexit.so", RTLD_NOW);
    run(library, "work");
    puts("close");
    dlclose(library);
    puts("closed");
}
