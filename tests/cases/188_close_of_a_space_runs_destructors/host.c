#include "loader.h"

int main(void) {
    dlopen_in(the_space(), "./libtop.so", RTLD_NOW | RTLD_NODELETE);
    dlopen_in(the_space(), "./libother.so", RTLD_NOW);
    dlopen_in(the_space(), "./libother.so", RTLD_NOW);
    printf("close %d\n", close_space(the_space()));
    printf("mapped %d\n",
           mappings_of("/libbase.so") + mappings_of("/libtop.so") + mappings_of("/libother.so"));
}
