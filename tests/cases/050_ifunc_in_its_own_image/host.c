#include "loader.h"

int main(void) {
    void *library = opened("./libifunc.so", RTLD_NOW);
    const char *names[] = {"by_call", "by_pointer", "by_static_call", "by_static_pointer",
                           "picked"};
    for (int i = 0; i < 5; i++)
        printf("%s %d\n", names[i], number(library, names[i]));
}
