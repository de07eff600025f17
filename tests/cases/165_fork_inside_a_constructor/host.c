#include <unistd.h>

#include "loader.h"

int main(void) {
    pid_t parent = getpid();
    dlopen_in(the_space(), "./libforks.so", RTLD_NOW);
    int result = close_space(the_space());
    printf("%s: close %d, mapped %d\n", getpid() == parent ? "parent" : "child", result,
           mappings_of("/libforks.so"));
}
