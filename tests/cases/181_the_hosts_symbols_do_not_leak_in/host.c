#include <stdio.h>

#include "isolde.h"

typedef const char *name(void);

int main(void) {
    isolde_space *space = isolde_space_new("space", NULL);
    dlopen("./libwho.so", RTLD_NOW | RTLD_GLOBAL);
    void *top = isolde_dlopen(space, "./libtop.so", RTLD_NOW | RTLD_GLOBAL);
    printf("the space's top sees %s\n", ((name *)isolde_dlsym(top, "top"))());
    printf("the host sees %s\n", ((name *)dlsym(RTLD_DEFAULT, "who"))());
    isolde_space *other = isolde_space_new("other", NULL);
    printf("what only the host has: %s\n",
           isolde_dlopen(other, "./libneedy.so", RTLD_NOW) ? "opened" : "refused");
    printf("the host's dlsym finds the space's top %d\n", dlsym(RTLD_DEFAULT, "top") != NULL);
}
