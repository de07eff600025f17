#include <stdio.h>

#include "isolde.h"

typedef const char *name(void);

int of_the_executable(void) { return 182; }

int main(void) {
    struct isolde_options options = {.size = sizeof options, .host = 1};
    isolde_space *first = isolde_space_new("first", &options);
    isolde_space *second = isolde_space_new("second", &options);
    dlopen("./libwho.so", RTLD_NOW | RTLD_GLOBAL);
    void *needy = isolde_dlopen(first, "./libneedy.so", RTLD_NOW);
    printf("needy sees %s\n", needy ? ((name *)isolde_dlsym(needy, "top"))() : isolde_dlerror());
    void *top = isolde_dlopen(second, "./libtop.so", RTLD_NOW);
    printf("top sees %s\n", ((name *)isolde_dlsym(top, "top"))());
    void *callback = isolde_dlopen(first, "./libcallback.so", RTLD_NOW);
    int (*call)(void) = callback ? isolde_dlsym(callback, "call_executable") : NULL;
    printf("the executable's %d\n", call ? call() : -1);
}
