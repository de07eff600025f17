#include "links.h"

static void use(const char *name, const char *file) {
    const char *store[] = {"store", NULL};
    struct isolde_options options = {.size = sizeof options, .search_path = store, .host = 1};
    isolde_space *space = isolde_space_new(name, &options);
    void *library = open_there(space, file);
    printf("%d ", call(library, "use"));
    print_images(space);
    isolde_space_close(space);
}

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    use("one", "./libwants_one.so");
    use("two", "./libwants_two.so");
    use("both", "./libwants_both.so");
    use("version", "./libwants_version.so");
    open_there(space_here("without host"), "./libwants_one.so");
}
