#include <stdio.h>
#include <stdlib.h>

#include "isolde.h"

static int use(void *library) { return ((int (*)(void))isolde_dlsym(library, "use"))(); }

int main(void) {
    isolde_space *plain_space = isolde_space_new("plain", NULL);
    isolde_space *wrapped_space = isolde_space_new("wrapped", NULL);
    void *plain = isolde_dlopen(plain_space, "./libuser.so", RTLD_NOW);
    void *wrapped = isolde_dlopen(wrapped_space, "./libwrapped.so", RTLD_NOW);
    int *mallocs = isolde_dlsym(wrapped, "mallocs");
    free(malloc(1));
    printf("plain %d, counted %d\n", use(plain), *mallocs);
    printf("wrapped %d", use(wrapped));
    printf(", counted %d\n", *mallocs);
}
