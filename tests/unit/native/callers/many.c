/* usage: many LIBRARY COUNT: opens it in COUNT spaces, asks in each, closes every second, and opens
 * as many again. */
#include "isolde.h"

#include <stdio.h>
#include <stdlib.h>

static isolde_space *spaces[4096];

static int ask(int i, const char *library) {
    spaces[i] = isolde_space_new(NULL, NULL);
    void *handle = isolde_dlopen(spaces[i], library, 2 /* RTLD_NOW */);
    int (*is_known)(void) = handle ? (int (*)(void))isolde_dlsym(handle, "is_known") : NULL;
    return is_known != NULL && is_known();
}

int main(int argc, char **argv) {
    int known = 0, again = 0, count = argc == 3 ? atoi(argv[2]) : 0;
    for (int i = 0; i < count; i++)
        known += ask(i, argv[1]);
    for (int i = 0; i < count; i += 2)
        isolde_space_close(spaces[i]);
    for (int i = 0; i < count; i += 2)
        again += ask(i, argv[1]);
    printf("%d %d\n", known, again);
}
