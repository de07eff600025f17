#include "loader.h"

int main(void) {
    opened("./libstranger.so", RTLD_NOW | RTLD_LOCAL);
    void *library = opened("./libasks.so", RTLD_NOW);
    const char *names[] = {"own", "needed", "libc", "stranger"};
    for (int i = 0; i < 4; i++)
        printf("%s %d\n", names[i], number(library, names[i]));
}
