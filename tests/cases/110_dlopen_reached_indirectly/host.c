#include "loader.h"

int main(void) {
    void *library = opened("./libindirect.so", RTLD_NOW);
    const char *ways[] = {"hold", "by_pointer", "by_dlsym", "by_next", "by_libdl", "by_libc"};
    for (int i = 0; i < 6; i++)
        printf("%s %d\n", ways[i], number(library, ways[i]));
}
