/* Code whose debugging information has something of every kind. */
#include <stdio.h>

static int counter;
extern int shared_counter;
int shared_counter = 3;
static __thread int of_this_thread = 4;
static const char *const names[] = {"one", "two"};

static inline __attribute__((always_inline)) int twice(int value) {
    int doubled = value + value;
    if (doubled > 100)
        doubled -= counter;
    return doubled;
}

__attribute__((section(".text.elsewhere"))) int elsewhere(int value);
int elsewhere(int value) { return twice(value) + of_this_thread; }

__attribute__((cold, noinline)) static void rare(const char *what, int value) {
    fprintf(stderr, "%s %d\n", what, value);
}

int unused(int value);
int unused(int value) { return value * 7; }

int work(int count, int *result);
int work(int count, int *result) {
    int total = 0, low = count;
    for (int i = 0; i < count; i++) {
        int part = twice(i) + elsewhere(i);
        total += part;
        if (__builtin_expect(total < 0, 0)) {
            rare(names[i & 1], total);
            low = -1;
        }
    }
    *result = total;
    counter += total + low;
    of_this_thread++;
    return total;
}
