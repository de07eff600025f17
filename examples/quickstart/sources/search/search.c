/* Ranks documents for a query; built with textkit 2.0. */
#include "textkit.h"

const char *textkit_version(void) { return tk_version(); }

int rank(const char *query, const char *const *documents, int n, double *scores) {
    struct tk_index *index = tk_open(documents, (size_t)n);
    int best = 0;

    if (index == NULL)
        return -1;
    tk_compare(index, query, scores);
    tk_close(index);
    for (int i = 1; i < n; i++)
        if (scores[i] > scores[best])
            best = i;
    return best;
}
