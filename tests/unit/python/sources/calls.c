/* One function for each way of passing and returning that ctypes knows. */
#include <errno.h>
#include <stdarg.h>

struct triple {
    double x, y, z;
};

int add(int a, int b) { return a + b; }

double half(double x) { return x / 2; }

const char *greeting(void) { return "hello"; }

struct triple reversed(struct triple t) {
    return (struct triple){t.z, t.y, t.x};
}

int apply(int (*function)(int), int argument) { return function(argument); }

void store(int *place, int value) { *place = value; }

int fail_with(int number) {
    errno = number;
    return -1;
}

int negated(int x) { return -x; }

static int (*kept)(int);

void keep(int (*function)(int)) { kept = function; }

int call_kept(int argument) { return kept(argument); }

int sum_of(int count, ...) {
    va_list rest;
    int sum = 0;
    va_start(rest, count);
    while (count-- > 0)
        sum += va_arg(rest, int);
    va_end(rest);
    return sum;
}
