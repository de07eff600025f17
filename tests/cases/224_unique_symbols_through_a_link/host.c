#include "links.h"
#include "loader.h"

int main(void) {
    isolde_space *provider = space_here("provider"), *user = space_here("user");
    link_for(user, provider, "libsecond.so");
    open_there(provider, "libfirst.so");
    void *library = open_there(user, "./libuser.so");
    printf("use %d\n", call(library, "use"));
    printf("close provider %d\n", isolde_space_close(provider));
    printf("use %d\n", call(library, "use"));
    printf("mapped %d\n", mappings_of("/libfirst.so") > 0);
    printf("dlclose %d\n", isolde_dlclose(library));
    printf("mapped %d\n", mappings_of("/libfirst.so"));
}
