/* Finds the word somebody meant; built with textkit 1.0. */
#include "textkit.h"

const char *textkit_version(void) { return tk_version(); }

int comparisons(void) { return tk_statistics.calls; }

int closest(const char *word, const char *const *words, int n) {
    int best = -1, least = 0;

    for (int i = 0; i < n; i++) {
        int distance = tk_compare(word, words[i]);
        if (best < 0 || distance < least) {
            best = i;
            least = distance;
        }
    }
    return best;
}
