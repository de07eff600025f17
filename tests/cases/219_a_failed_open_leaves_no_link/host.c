#include "links.h"
#include "loader.h"

int main(void) {
    isolde_space *provider = space_here("provider"), *user = space_here("user");
    link_for(user, provider, "libbase.so");
    open_there(user, "./libfails.so");
    print_images(user);
    print_images(provider);
    printf("mapped %d\n", mappings_of("/libbase.so"));
    printf("then %d\n", call(open_there(user, "./libuser.so"), "use"));
}
