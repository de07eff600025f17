#include "links.h"

int main(void) {
    isolde_space *provider = space_here("provider"), *user = space_here("user");
    link_for(user, provider, "libvers.so");
    printf("old user %d\n", call(open_there(user, "./libolduser.so"), "use"));
    open_there(user, "./libnewuser.so");
}
