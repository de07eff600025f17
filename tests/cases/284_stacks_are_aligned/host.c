#include "loader.h"

int main(void) {
    void *library = opened("./libaligned.so", RTLD_LAZY);
    printf("resolver %d\n", number(library, "chosen"));
    dlclose(library);
}
