#include "loader.h"

enum { SPACES = 300, CYCLES = 1000, CLOSES = SPACES + CYCLES };

static int walks, handled;

/* In place of libc's, for the library of Isolde. */
void __cxa_finalize(void *dso) {
    static void (*real)(void *);
    if (real == NULL)
        *(void **)&real = host_dlsym(RTLD_NEXT, "__cxa_finalize");
    walks++;
    real(dso);
}

static space *filled(void) {
    space *made = new_space();
    void *library = dlopen_in(made, "./libleaves.so", RTLD_NOW);
    int (*leave)(int *) = (int (*)(int *))dlsym(library, "leave");
    if (leave(&handled) != 10)
        printf("a handler was refused\n");
    return made;
}

static void cycle(int times) {
    for (int i = 0; i < times; i++)
        close_space(filled());
}

int main(void) {
    static space *spaces[SPACES];
    for (int i = 0; i < SPACES; i++)
        spaces[i] = filled();
    walks = 0;
    cycle(CYCLES);
    for (int i = 0; i < SPACES; i++)
        close_space(spaces[i]);
    printf("handlers run %d\n", handled);
    printf("fewer walks than one for four closes: %d\n", walks < CLOSES / 4);
    printf("none at all: %d\n", walks == 0);
}
