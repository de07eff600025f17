#include "links.h"

int main(void) {
    isolde_space *provider = space_here("provider"), *user = space_here("user");
    link_for(user, provider, "libfront.so");
    printf("front %d\n", call(open_in(user, "./libfrontuser.so"), "use"));
    open_in(user, "./libbehinduser.so");
    void *front = open_in(user, "libfront.so");
    printf("by handle %d %d\n", call(front, "front"), call(front, "behind"));
    printf("in the global scope %d\n", isolde_space_symbol(user, "behind") != NULL);
    print_images(user);
    print_images(provider);
}
