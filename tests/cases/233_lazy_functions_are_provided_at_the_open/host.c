#include "links.h"

int main(void) {
    const char *store[] = {"store", NULL};
    struct isolde_options options = {.size = sizeof options, .search_path = store, .host = 1};
    isolde_space *space = isolde_space_new("space", &options);
    void *wants = isolde_dlopen(space, "./libwants.so", RTLD_LAZY);
    print_images(space);
    printf("use %d\n", ((int (*)(int))isolde_dlsym(wants, "use"))(0));
    printf("now %d\n",
           isolde_dlopen(isolde_space_new("now", &options), "./libwants.so", RTLD_NOW) != NULL);
}
