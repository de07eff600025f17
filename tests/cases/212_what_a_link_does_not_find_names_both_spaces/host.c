#include <unistd.h>

#include "links.h"

int main(void) {
    isolde_space *provider = isolde_space_new("provider", NULL), *user = space_here("user");
    link_for(user, provider, "libgone.so");
    void *handle = isolde_dlopen(user, "./libuser.so", RTLD_NOW);
    char *message = isolde_dlerror(), *looked = strstr(message, "looked in ");
    printf("%d %.*s...\n", handle != NULL, (int)(looked - message), message);
    const struct isolde_error *error = isolde_last_error();
    printf("code %d, file %s, needed by %s\n", error->code, error->file,
           strrchr(error->needed_by, '/') + 1);
    printf("tried something %d\n", error->tried != NULL);
    isolde_space_close(provider);
    open_there(user, "./libuser.so");
    printf("not open: %d", isolde_dlopen(user, "libgone.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    printf(" %s\n", isolde_dlerror());
    print_images(user);
}
