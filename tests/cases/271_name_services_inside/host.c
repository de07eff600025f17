#include "loader.h"

int main(void) {
    void *library = open_in(new_space(), "./libnames.so", RTLD_NOW);
    printf("user %d\n", number(library, "user"));
    printf("host %d\n", number(library, "host"));
}
