/* Calls a function whose lazily bound target does not exist. */
#include <stdio.h>

#include "isolde.h"

int main(void) {
    void *library = isolde_dlopen(isolde_space_new("lazy", NULL), "./liblazy.so", RTLD_LAZY);
    if (library == NULL)
        return fprintf(stderr, "refused: %s\n", isolde_dlerror()), 1;
    ((int (*)(void))isolde_dlsym(library, "call_it"))();
    puts("came back");
}
