/* Opens a plugin that needs libisolde.so: it gets the host's, for there is one in a process. */
#include <isolde.h>

#include <stdio.h>

int main(void) {
    isolde_space *space = isolde_space_new("outer", NULL);
    void *inner = isolde_dlopen(space, "./libinner.so", RTLD_NOW);
    if (inner == NULL)
        return puts(isolde_dlerror()), 1;
    void *(*whose)(void) = (void *(*)(void))isolde_dlsym(inner, "whose");
    printf("the host's: %d\n", whose() == (void *)isolde_space_new);
    return 0;
}
