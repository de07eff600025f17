#include "loader.h"

static int one_space(void) {
    isolde_space *space = isolde_space_new(NULL, NULL);
    void *library = isolde_dlopen(space, "./libcounter.so", RTLD_NOW);
    if (library == NULL)
        return printf("%s\n", isolde_dlerror()), 0;
    int (*bump)(void) = isolde_dlsym(library, "bump");
    int (*bump_zero)(void) = isolde_dlsym(library, "bump_zero");
    return bump() == 41 && bump_zero() == 1 && isolde_space_close(space) == 0;
}

int main(void) {
    int right = 0;
    while (right < 1000 && one_space())
        right++;
    printf("right %d\n", right);
}
