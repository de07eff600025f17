#include "links.h"

int main(void) {
    isolde_space *provider = space_here("provider");
    isolde_space *first = space_here("first"), *second = space_here("second");
    isolde_space *apart = space_here("apart");
    link_for(first, provider, "libcount.so.*");
    link_for(second, provider, "libcount.so.*");
    void *one = open_there(first, "./libuser.so"), *two = open_there(second, "./libuser.so");
    void *alone = open_there(apart, "./libuser.so");
    printf("first %d", call(one, "use"));
    printf(", second %d", call(two, "use"));
    printf(", provider %d", call(open_there(provider, "libcount.so.4"), "next"));
    printf(", apart %d\n", call(alone, "use"));
    print_images(first);
    print_images(provider);
    void *next = isolde_dlsym(one, "next");
    Dl_info info;
    isolde_dladdr(next, &info);
    printf("%s of %s is in %s\n", info.dli_sname, strrchr(info.dli_fname, '/') + 1,
           isolde_space_name(isolde_space_of(next)));
}
