#include <malloc.h>

#include "loader.h"

enum { CYCLES = 10000, STAYING = 100, BETWEEN = 20 };

static int handled;

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

static long kilobytes(void) {
    struct mallinfo2 now = mallinfo2();
    return (long)(now.uordblks + now.hblkhd) / 1024;
}

int main(void) {
    filled();
    cycle(100);
    long before = kilobytes();
    cycle(CYCLES);
    printf("more kept after %d: %d\n", CYCLES, kilobytes() > before + 32);
    /* Each of these holds back the places of those that came and went around it. */
    before = kilobytes();
    for (int i = 0; i < STAYING; i++, cycle(BETWEEN))
        filled();
    printf("a space that stays keeps over 16 kilobytes: %d\n", kilobytes() - before > 16 * STAYING);
}
