#include "textkit.h"

#include <stdlib.h>
#include <string.h>

struct tk_index {
    size_t count;
    const char *documents[];
};

const char *tk_version(void) { return "textkit 2.0"; }

struct tk_index *tk_open(const char *const *documents, size_t count) {
    struct tk_index *index = malloc(sizeof *index + count * sizeof documents[0]);
    if (index == NULL)
        return NULL;
    index->count = count;
    memcpy(index->documents, documents, count * sizeof documents[0]);
    return index;
}

void tk_close(struct tk_index *index) { free(index); }

static int holds(const char *document, const char *word, size_t length) {
    for (const char *at = document; *at; at += strspn(at, " ")) {
        size_t here = strcspn(at, " ");
        if (here == length && memcmp(at, word, length) == 0)
            return 1;
        at += here;
    }
    return 0;
}

void tk_compare(const struct tk_index *index, const char *query, double *scores) {
    memset(scores, 0, index->count * sizeof scores[0]);
    for (const char *word = query; *word; word += strspn(word, " ")) {
        size_t length = strcspn(word, " ");
        for (size_t i = 0; i < index->count; i++)
            scores[i] += holds(index->documents[i], word, length);
        word += length;
    }
}
