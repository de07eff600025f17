#include "links.h"

static void link_for_none(isolde_space *space, isolde_space *from) {
    const char *none[] = {NULL};
    printf("%d", isolde_space_link(space, from, none));
    printf(" %d", isolde_space_link(space, from, NULL));
    printf(": %s\n", isolde_dlerror());
}

int main(void) {
    isolde_space *a = space_here("a"), *b = space_here("b");
    link_for(a, a, "libz.so.1");
    link_for(a, b, "libc.so.6");
    link_for_none(a, b);
    isolde_space_close(b);
    const char *sonames[] = {"libz.so.1", NULL};
    printf("%d", isolde_space_link(a, b, sonames));
    printf(" %d\n", strstr(isolde_dlerror(), "invalid space") != NULL);
}
