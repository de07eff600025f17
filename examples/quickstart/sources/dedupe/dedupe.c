/* Tells how alike two records are; built with textkit 1.4. */
#include "textkit.h"

#include <string.h>

const char *textkit_version(void) { return tk_version(); }

int comparisons(void) { return (int)tk_statistics.calls; }

double similarity(const char *a, const char *b) {
    struct tk_string first = {strlen(a), a}, second = {strlen(b), b};
    return tk_compare(&first, &second);
}
