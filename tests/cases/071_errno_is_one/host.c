#include <errno.h>

#include "loader.h"

int main(void) {
    void *library = opened("./liberrno.so", RTLD_NOW);
    number(library, "fail");
    printf("bad descriptor %d\n", errno == EBADF);
    void (*set)(void) = found(library, "set");
    set();
    printf("errno %d\n", errno);
}
