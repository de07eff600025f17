#include "isolde.h"

#include <stdio.h>

enum { SPACES = 6 };

static void *tops[SPACES], *kinds[SPACES];

static int call(void *handle, const char *name, int argument) {
    int (*function)(int) = (int (*)(int))isolde_dlsym(handle, name);
    return function != NULL ? function(argument) : -1000;
}

static void open_one(int i) {
    isolde_space *space = isolde_space_new(NULL, NULL);
    void *global = isolde_dlopen(space, "./libglobal.so", RTLD_NOW | RTLD_GLOBAL);
    if (i % 2)
        isolde_dlopen(space, "./libextra.so", RTLD_NOW); /* which nobody else's scope shows */
    kinds[i] = isolde_dlopen(space, "./libkinds.so", RTLD_NOW);
    tops[i] = isolde_dlopen(space, "./libtop.so", RTLD_NOW);
    if (tops[i] == NULL)
        printf("%s\n", isolde_dlerror());
    isolde_dlclose(global); /* top is bound to it, and does not name it */
}

int main(void) {
    for (int i = 0; i < SPACES; i++)
        open_one(i);
    for (int i = 0; i < SPACES; i++) {
        call(tops[i], "top_unique", i);
        call(tops[i], "top_local", i);
    }
    for (int i = 0; i < SPACES; i++)
        printf("unique %d %d, local %d %d, chosen %d, copies %d, global %d, opens %d\n",
               call(tops[i], "top_unique", 0), call(kinds[i], "kinds_unique", 0),
               call(tops[i], "top_local", 0), call(kinds[i], "kinds_local", 0),
               call(tops[i], "top_chosen", 0), call(tops[i], "top_copies", 0),
               call(tops[i], "top_global", 0), call(tops[i], "top_opens", 0));
}
