#include <pthread.h>

#include "loader.h"

enum { SPACES = 20 };

int main(void) {
    void *library[SPACES];
    int clashes = 0, keys[SPACES];
    for (int i = 0; i < SPACES; i++) {
        space *own = new_space();
        library[i] = own ? dlopen_in(own, "./libkeys.so", RTLD_NOW) : NULL;
        if (library[i] == NULL)
            return printf("space %d refused: %s\n", i, dlerror()), 0;
        keys[i] = number(library[i], "make_key");
        for (int j = 0; j < i; j++)
            clashes += keys[i] == keys[j];
    }
    printf("clashing keys %d\n", clashes);
    void *block = ((void *(*)(void))found(library[0], "allocate"))();
    ((void (*)(void *))found(library[1], "release"))(block);
    free(((void *(*)(void))found(library[2], "allocate"))());
    void *self = ((void *(*)(void))found(library[3], "self"))();
    printf("one thread %d\n", self == (void *)pthread_self());
    void *libc = ((void *(*)(void))found(library[4], "libc"))();
    void *inner = ((void *(*)(void *))found(library[4], "puts_of"))(libc);
    printf("one puts %d\n", inner == host_dlsym(RTLD_DEFAULT, "puts"));
}
