/* A page that relocation covers, a page of data that it writes to, and bss of some pages. */
#include <string.h>

enum { SIZE = 3 * 4096 };

static int number = 7;
static int *place = &number;
static int *const covered[] = {&number, &number};
static char empty[SIZE];

int holds_its_content(void) {
    static const char zeros[SIZE];
    int right =
        *place == 7 && place == &number && covered[1] == &number && memcmp(empty, zeros, SIZE) == 0;
    number = 8;
    memset(empty, 1, SIZE);
    return right;
}

int *const *constant(void) { return covered; }
