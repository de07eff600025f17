#include "loader.h"

static void open_in_folder(const char *folder) {
    const char *path[] = {folder, NULL};
    struct isolde_options options = {.size = sizeof options, .search_path = path};
    void *handle = isolde_dlopen(isolde_space_new(folder, &options), "libnamed.so", RTLD_NOW);
    printf("%s: %s\n", folder, handle != NULL ? "opened" : dlerror());
}

/* The second needs a library of the host that is not loaded yet, so its open asks the host. */
int main(void) {
    open_in_folder("first");
    open_in_folder("second");
}
