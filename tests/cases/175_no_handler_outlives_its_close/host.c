#include <malloc.h>

#include "loader.h"

enum { CYCLES = 1000, STAYING = 100, BETWEEN = 20, LEFT = 10 };

static int handled;

/* A space whose library has left TIMES * LEFT handlers. */
static space *filled(int times) {
    space *made = new_space();
    void *library = dlopen_in(made, "./libleaves.so", RTLD_NOW);
    int (*leave)(int *) = (int (*)(int *))dlsym(library, "leave");
    for (int i = 0; i < times; i++)
        if (leave(&handled) != LEFT)
            printf("a handler was refused\n");
    return made;
}

static long kilobytes(void) {
    struct mallinfo2 now = mallinfo2();
    return (long)(now.uordblks + now.hblkhd) / 1024;
}

/* The most that is kept after a close. */
static long most_kept(int cycles, int times) {
    long most = 0;
    for (int i = 0; i < cycles; i++) {
        close_space(filled(times));
        most = kilobytes() > most ? kilobytes() : most;
    }
    return most;
}

int main(void) {
    filled(1);
    long before = most_kept(100, 1);
    printf("more kept, few left: %d\n", most_kept(CYCLES, 1) > before + 16);
    printf("more kept, many left: %d\n", most_kept(CYCLES, 13) > before + 16);
    /* Each of these holds back the places of those that came and went around it. */
    before = kilobytes();
    for (int i = 0; i < STAYING; i++, most_kept(BETWEEN, 1))
        filled(1);
    printf("a space that stays keeps over 16 kilobytes: %d\n", kilobytes() - before > 16 * STAYING);
}
