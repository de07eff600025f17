#include "loader.h"

static void try(const char *file) {
    void *library = dlopen(file, RTLD_NOW);
    const char *error = dlerror();
    printf("%s: %s, named %d\n", file, library ? "opened" : "refused",
           error != NULL && strstr(error, last_part(file)) != NULL);
}

int main(void) {
    try("./libtext.so");
    try("./libarm.so");
    try("./folder");
    try("./absent.so");
    int (*add)(int, int) = found(opened("./folder/libadd.so", RTLD_NOW), "add");
    printf("still works %d\n", add(1, 1));
}
