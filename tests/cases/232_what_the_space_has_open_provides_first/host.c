#include "links.h"

int main(void) {
    const char *store[] = {"store", NULL};
    struct isolde_options options = {.size = sizeof options, .search_path = store, .host = 1};
    isolde_space *space = isolde_space_new("space", &options);
    void *one = open_there(space, "./apart/libone.so");
    void *wants = open_there(space, "./libwants_one.so");
    print_images(space);
    printf("dlclose %d", isolde_dlclose(one));
    printf(", use %d\n", call(wants, "use"));
    printf("dlclose %d\n", isolde_dlclose(wants));
    print_images(space);
}
