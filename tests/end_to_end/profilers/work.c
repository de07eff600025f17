/* A library that computes and allocates. */
#include <stdlib.h>
#include <string.h>

static unsigned mix(unsigned x) {
    for (int i = 0; i < 3000; i++)
        x = x * 1664525u + 1013904223u;
    return x;
}

unsigned work(int rounds) {
    unsigned x = 1;
    for (int i = 0; i < rounds; i++)
        x = mix(x);
    return x;
}

void allocate(int count) {
    while (count-- > 0)
        free(memset(malloc(100), 1, 100));
}
