#include <unistd.h>

#include "loader.h"

int main(void) {
    pid_t parent = getpid();
    opened("./libforks.so", RTLD_NOW);
    int result = isolde_space_close(the_space());
    printf("%s: close %d, mapped %d\n", getpid() == parent ? "parent" : "child", result,
           mappings_of("/libforks.so"));
}
