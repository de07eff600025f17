#include <unistd.h>

#include "links.h"

int main(void) {
    const char *store[] = {"store", "nowhere", NULL};
    struct isolde_options options = {.size = sizeof options, .search_path = store, .host = 1};
    isolde_space *space = isolde_space_new("space", &options);
    open_there(space, "./libwants_one.so");
    printf("no error is left %d\n", isolde_dlerror() == NULL);
    print_images(space);
    isolde_dlopen(space, "./libwants.so", RTLD_NOW);
    char *message = isolde_dlerror(), *number = strstr(message, "host, ") + strlen("host, ");
    printf("%.*sN%s\n", (int)(number - message), message, number + strspn(number, "0123456789"));
    print_images(space);
}
