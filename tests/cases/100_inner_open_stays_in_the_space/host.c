#include <stdio.h>

#include "isolde.h"

static int call(void *library, const char *name) {
    return ((int (*)(void))isolde_dlsym(library, name))();
}

int main(void) {
    isolde_space *space[2] = {isolde_space_new("first", NULL), isolde_space_new("second", NULL)};
    for (int i = 0; i < 2; i++) {
        void *inside = isolde_dlopen(space[i], "./libinside.so", RTLD_NOW);
        printf("opened %d\n", call(inside, "open_plugin"));
        printf("count %d\n", call(inside, "count_up"));
        printf("RTLD_DEFAULT %d\n", call(inside, "default_scope_has_it"));
        printf("dlopen(NULL) %d\n", call(inside, "main_handle_has_it"));
        printf("iterated %d\n", call(inside, "own_images_iterated"));
        printf("link map %d\n", call(inside, "link_map_is_right"));
        printf("in its space %d\n", isolde_space_symbol(space[i], "plug") != NULL);
    }
    printf("in the host %d\n", dlopen("./plugins/libplugin.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    printf("host's RTLD_DEFAULT %d\n", dlsym(RTLD_DEFAULT, "plug") != NULL);
}
