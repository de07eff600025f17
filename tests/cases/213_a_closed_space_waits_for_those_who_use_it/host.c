#include "links.h"
#include "loader.h"

int main(void) {
    isolde_space *base = space_here("base");
    isolde_space *first = space_here("first"), *second = space_here("second");
    link_for(first, base, "libbase.so");
    link_for(second, base, "libbase.so");
    void *user = open_there(first, "./libuser.so"), *other = open_there(second, "./libuser.so");
    printf("close base %d\n", isolde_space_close(base));
    printf("it is gone: %d %zu\n", isolde_space_name(base) == NULL, isolde_spaces(NULL, 0));
    printf("and serves: %d", call(user, "use"));
    printf(" %d\n", call(other, "use"));
    printf("close first %d\n", isolde_space_close(first));
    printf("and serves: %d\n", call(other, "use"));
    printf("dlclose %d\n", isolde_dlclose(other));
    printf("mapped %d\n", mappings_of("/libbase.so"));
    open_there(second, "./libuser.so");
}
