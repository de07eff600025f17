#include <string.h>

extern int low_value;
extern __thread int low_local;
extern int low_first(void), low_second(void);

static const char *const words[] = {"one", "three", "seven"};
static int *const values[] = {&low_value};
static int (*const calls[])(void) = {low_first, low_second, low_first};

int answer(void) {
    int sum = *values[0] + 10 * low_local;
    for (unsigned i = 0; i < 3; i++)
        sum = sum * 10 + calls[i]() + (int)strlen(words[i]);
    return sum;
}
