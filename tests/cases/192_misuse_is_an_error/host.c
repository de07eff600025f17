#include "loader.h"

static void invalid(const char *what, int failed) {
    printf("%s: %s\n", what,
           failed && isolde_last_error()->code == ISOLDE_EINVALID ? "invalid" : "not refused");
}

int main(void) {
    void *library = opened("./libadd.so", RTLD_NOW);
    invalid("dlsym of a stranger", isolde_dlsym((void *)main, "add") == NULL);
    invalid("dlclose of a stranger", isolde_dlclose((void *)main) != 0);
    dlclose(library);
    invalid("dlclose once more", dlclose(library) != 0);
    invalid("dlsym after close", dlsym(library, "add") == NULL);
    isolde_space *gone = isolde_space_new("gone", NULL);
    isolde_space_close(gone);
    invalid("open in a closed space", isolde_dlopen(gone, "./libadd.so", RTLD_NOW) == NULL);
    invalid("close a closed space", isolde_space_close(gone) != 0);
    invalid("enter a closed space", isolde_call_enter(gone) != 0);
}
