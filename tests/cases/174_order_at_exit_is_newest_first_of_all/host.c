#include <stdint.h>

#include "loader.h"

extern int __cxa_atexit(void (*function)(void *), void *argument, void *dso);

enum { ROUNDS = 500 };
typedef int leaves(void (*function)(void *), void *argument);

static int count, last = 1 << 30, disorder;

static void handler(void *number) {
    int now = (int)(intptr_t)number;
    disorder += now >= last;
    last = now;
    count++;
}

static int in_program(void (*function)(void *), void *argument) {
    return __cxa_atexit(function, argument, NULL);
}

static void tell(const char *when) {
    printf("%s: %d run, %d out of order\n", when, count, disorder);
    fflush(stdout);
    count = disorder = 0, last = 1 << 30;
}

static void end(void *unused) {
    (void)unused;
    tell("exit");
}

static void leave_in_turn(leaves *const *where, int places, int first) {
    for (int i = 0; i < ROUNDS; i++)
        if (where[i % places](handler, (void *)(intptr_t)(first + i)) != 0)
            printf("refused\n");
}

int main(void) {
    void *goes = opened("./libgoes.so", RTLD_NOW);
    leaves *where[4] = {in_program};
    *(void **)&where[1] = dlsym(opened("./libone.so", RTLD_NOW), "leave");
    *(void **)&where[2] = dlsym(opened("./libtwo.so", RTLD_NOW), "leave");
    *(void **)&where[3] = dlsym(goes, "leave");
    in_program(end, NULL); /* the oldest comes last */
    leave_in_turn(where, 4, 0);
    dlclose(goes);
    tell("close");
    leave_in_turn(where, 3, ROUNDS);
}
