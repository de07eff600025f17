#include "loader.h"

int main(void) {
    dlopen_in(the_space(), "./libpool.so", RTLD_LAZY);
    printf("close %d\n", close_space(the_space()));
}
