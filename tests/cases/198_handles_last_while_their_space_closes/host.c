#include "loader.h"

int main(void) {
    dlopen_in(the_space(), "./libholder.so", RTLD_NOW);
    printf("close %d\n", close_space(the_space()));
    printf("mapped %d\n", mappings_of("/libadd.so"));
}
