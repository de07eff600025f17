#include "isolde.h"

#include <dlfcn.h>
#include <stdio.h>

static int ask(int host) {
    struct isolde_options options = {.size = sizeof options, .host = host};
    isolde_space *space = isolde_space_new(NULL, &options);
    void *top = isolde_dlopen(space, "./libtop.so", RTLD_NOW);
    int answer = top ? ((int (*)(void))isolde_dlsym(top, "ask"))() : -2;
    isolde_space_close(space);
    return answer;
}

static void ask_often(const char *when) {
    printf("%s:", when);
    for (int i = 0; i < 5; i++)
        printf(" %d", ask(1));
    printf("; without the host: %d\n", ask(0));
}

int main(void) {
    ask_often("before");
    void *says = dlopen("./libsays.so", RTLD_NOW);
    ask_often("loaded");
    dlclose(says);
}
