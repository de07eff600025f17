#include "loader.h"

int main(void) {
    void *library = opened("./liblld.so", RTLD_NOW);
    printf("%d %d\n", number(library, "by_call"), number(library, "by_pointer"));
}
