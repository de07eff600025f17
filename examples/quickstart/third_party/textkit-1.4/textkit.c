#include "textkit.h"

#include <stdbool.h>

enum { LONGEST = 256 };

struct tk_statistics tk_statistics;

const char *tk_version(void) { return "textkit 1.4"; }

static size_t pairs_of(const struct tk_string *string) {
    size_t length = string->length < LONGEST ? string->length : LONGEST;
    return length < 2 ? 0 : length - 1;
}

static bool take_pair(const struct tk_string *from, bool *taken, const char *pair) {
    for (size_t i = 0; i < pairs_of(from); i++) {
        if (taken[i] || from->text[i] != pair[0] || from->text[i + 1] != pair[1])
            continue;
        return taken[i] = true;
    }
    return false;
}

double tk_compare(const struct tk_string *a, const struct tk_string *b) {
    bool taken[LONGEST] = {false};
    size_t all = pairs_of(a) + pairs_of(b), common = 0;

    for (size_t i = 0; i < pairs_of(a); i++)
        common += take_pair(b, taken, a->text + i);
    double score = all == 0 ? 1 : 2.0 * (double)common / (double)all;
    tk_statistics.calls++;
    if (score > tk_statistics.highest)
        tk_statistics.highest = score;
    return score;
}
