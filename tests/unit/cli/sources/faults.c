/* Functions that go wrong in every way a call can. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int *nowhere;

__attribute__((noinline)) int follow(int *pointer) { return *pointer; }

int crash(int depth) { return depth > 0 ? crash(depth - 1) + 1 : follow(nowhere) + 1; }

int divide(int a, int b) { return a / b; }

void give_up(void) { abort(); }

void leave(int status) { exit(status); }

void wait_for_ever(void) {
    for (;;)
        pause();
}

int say(const char *text) { return puts(text); }

void addvec(const int *x, const int *y, int *z, int n) {
    for (int i = 0; i < n; i++)
        z[i] = x[i] + y[i];
}
