/* A shared object with the archive in it: a plugin of a program that knows nothing of Isolde. */
#include <isolde.h>

int embedded_count(void) {
    isolde_space *space = isolde_space_new("embedded", NULL);
    void *counter = isolde_dlopen(space, "./libcounter.so", RTLD_NOW);
    int (*count)(void) = counter ? (int (*)(void))isolde_dlsym(counter, "count") : NULL;
    return count ? count() : -1;
}
