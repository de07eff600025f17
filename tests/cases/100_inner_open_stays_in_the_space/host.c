#include "loader.h"

enum { FOUND_ONLY = RTLD_NOW | RTLD_NOLOAD };

int main(void) {
    for (int i = 0; i < 2; i++) {
        space *own = new_space();
        void *inside = dlopen_in(own, "./libinside.so", RTLD_NOW);
        printf("opened %d\n", number(inside, "open_plugin"));
        printf("count %d\n", number(inside, "count_up"));
        printf("RTLD_DEFAULT %d\n", number(inside, "default_scope_has_it"));
        printf("dlopen(NULL) %d\n", number(inside, "main_handle_has_it"));
        printf("iterated %d\n", number(inside, "own_images_iterated"));
        printf("link map %d\n", number(inside, "link_map_is_right"));
        printf("in its space %d\n", dlopen_in(own, "./plugins/libplugin.so", FOUND_ONLY) != NULL);
    }
    printf("in the host %d\n", host_dlopen("./plugins/libplugin.so", FOUND_ONLY) != NULL);
    printf("host's RTLD_DEFAULT %d\n", host_dlsym(RTLD_DEFAULT, "plug") != NULL);
}
