/* again.c - what a library answers in each of several spaces.
 *
 * usage: again LIBRARY TIMES */
#include "isolde.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    for (int i = 0; i < atoi(argv[2]); i++) {
        void *handle = isolde_dlopen(isolde_space_new(NULL, NULL), argv[1], RTLD_NOW);
        int (*answer)(void) = handle ? (int (*)(void))isolde_dlsym(handle, "answer") : NULL;
        if (answer == NULL)
            printf("%s\n", isolde_dlerror());
        else
            printf("%d\n", answer());
    }
}
