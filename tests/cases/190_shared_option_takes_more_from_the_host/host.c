#include <stdio.h>

#include "isolde.h"

static int use(const struct isolde_options *options) {
    void *user = isolde_dlopen(isolde_space_new(NULL, options), "./libuser.so", RTLD_NOW);
    return user ? ((int (*)(void))isolde_dlsym(user, "use"))() : -1;
}

int main(void) {
    const char *shared[64];
    size_t count = 0;
    for (const char *const *glob = isolde_default_shared(); *glob != NULL; glob++)
        shared[count++] = *glob;
    shared[count++] = "libcount.so.*";
    shared[count] = NULL;
    struct isolde_options options = {.size = sizeof options, .shared = shared};
    void *hosts = dlopen("./libcount.so.4", RTLD_NOW);
    printf("host %d\n", ((int (*)(void))dlsym(hosts, "next"))());
    printf("sharing %d\n", use(&options));
    printf("sharing %d\n", use(&options));
    printf("not sharing %d\n", use(NULL));
}
