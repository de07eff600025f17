#include <stdio.h>

#include "isolde.h"

static void dlopen_in(int lazy, int mode, const char *what) {
    struct isolde_options options = {.size = sizeof options, .lazy = lazy};
    isolde_space *space = isolde_space_new(NULL, &options);
    void *library = isolde_dlopen(space, "./liblazy.so", mode);
    printf("%s: %s\n", what, library ? "opened" : "refused");
}

int main(void) {
    dlopen_in(0, 0, "eager space, no word in the mode");
    dlopen_in(0, RTLD_LAZY, "eager space, RTLD_LAZY");
    dlopen_in(1, 0, "lazy space, no word in the mode");
    dlopen_in(1, RTLD_NOW, "lazy space, RTLD_NOW");
}
