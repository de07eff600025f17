#include "loader.h"

int main(void) {
    void *library = dlopen_in(new_space(), "./libnames.so", RTLD_NOW);
    printf("user %d\n", number(library, "user"));
    printf("host %d\n", number(library, "host"));
}
