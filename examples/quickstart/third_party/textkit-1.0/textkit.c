#include "textkit.h"

#include <string.h>

enum { LONGEST = 255 };

struct tk_statistics tk_statistics;

const char *tk_version(void) { return "textkit 1.0"; }

static int smallest(int a, int b, int c) {
    int least = a < b ? a : b;
    return least < c ? least : c;
}

int tk_compare(const char *a, const char *b) {
    int row[LONGEST + 1];
    size_t length = strnlen(b, LONGEST);

    tk_statistics.calls++;
    for (size_t j = 0; j <= length; j++)
        row[j] = (int)j;
    for (int i = 1; *a; a++, i++) {
        int diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            int above = row[j];
            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (*a != b[j - 1]));
            diagonal = above;
        }
    }
    return row[length];
}
