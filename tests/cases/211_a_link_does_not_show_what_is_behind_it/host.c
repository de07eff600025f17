#include "links.h"

int main(void) {
    isolde_space *provider = space_here("provider"), *user = space_here("user");
    link_for(user, provider, "libfront.so");
    printf("front %d\n", call(open_there(user, "./libfrontuser.so"), "use"));
    open_there(user, "./libbehinduser.so");
    void *front = open_there(user, "libfront.so");
    printf("by handle %d %d\n", call(front, "front"), call(front, "behind"));
    printf("in the global scope %d\n", isolde_space_symbol(user, "behind") != NULL);
    print_images(user);
    print_images(provider);
}
