#include "loader.h"

int main(void) {
    void *library = opened("./libold.so", RTLD_NOW);
    printf("old refuses %d\n", number(library, "old_refuses"));
    printf("new allocates %d\n", number(library, "new_allocates"));
    printf("by name %d\n", number(library, "by_name"));
}
