#include "links.h"

static isolde_space *with(int host, const char *first, const char *second) {
    const char *shared[] = {first, second, NULL}, *here[] = {".", NULL};
    struct isolde_options options = {
        .size = sizeof options, .shared = shared, .search_path = here, .host = host};
    isolde_space *space = isolde_space_new("it", &options);
    if (space == NULL)
        printf("refused: %s\n", isolde_dlerror());
    return space;
}

static int cosine_is_the_hosts(isolde_space *space) {
    void *library = open_there(space, "./libcosine.so");
    void *(*address)(void) = isolde_dlsym(library, "address");
    return isolde_space_of(address()) == NULL;
}

static int count(isolde_space *space) { return call(open_there(space, "./libuser.so"), "use"); }

int main(void) {
    isolde_space *private = with(0, "!libm.so.6", "libcount.so.*");
    printf("the host's by default %d", cosine_is_the_hosts(with(0, "libother.so", NULL)));
    printf(", private %d", cosine_is_the_hosts(private));
    printf(", private with host %d", cosine_is_the_hosts(with(1, "!lib[mx].so.6", NULL)));
    printf(", the last counts %d\n", cosine_is_the_hosts(with(0, "!libm.so.6", "libm.so*")));
    dlopen("./libcount.so.4", RTLD_NOW);
    printf("counted %d", count(private));
    printf(", %d", count(with(0, "libcount.so.*", NULL)));
    printf(", private %d\n", count(with(0, "libcount.so.*", "!libcount.so.4")));
    open_there(with(0, "!libm.so.6", NULL), "./libunderlinked.so");
    printf("otherwise %d\n", open_there(with(0, NULL, NULL), "./libunderlinked.so") != NULL);
    with(0, "!libc.so.6", NULL);
    with(0, "libz.so.1", "!lib*");
}
