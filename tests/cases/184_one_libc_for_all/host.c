#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "isolde.h"

enum { SPACES = 20 };

int main(void) {
    void *library[SPACES];
    int clashes = 0, keys[SPACES];
    for (int i = 0; i < SPACES; i++) {
        library[i] = isolde_dlopen(isolde_space_new(NULL, NULL), "./libkeys.so", RTLD_NOW);
        keys[i] = ((int (*)(void))isolde_dlsym(library[i], "make_key"))();
        for (int j = 0; j < i; j++)
            clashes += keys[i] == keys[j];
    }
    printf("clashing keys %d\n", clashes);
    void *block = ((void *(*)(void))isolde_dlsym(library[0], "allocate"))();
    ((void (*)(void *))isolde_dlsym(library[1], "release"))(block);
    free(((void *(*)(void))isolde_dlsym(library[2], "allocate"))());
    void *self = ((void *(*)(void))isolde_dlsym(library[3], "self"))();
    printf("one thread %d\n", self == (void *)pthread_self());
    void *libc = ((void *(*)(void))isolde_dlsym(library[4], "libc"))();
    void *inner = ((void *(*)(void *))isolde_dlsym(library[4], "puts_of"))(libc);
    printf("one puts %d\n", inner == dlsym(RTLD_DEFAULT, "puts"));
}
