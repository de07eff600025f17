/* textkit 1.4: tk_compare became a similarity and takes counted strings.
 * The soname stayed libtextkit.so.1. */
#ifndef TEXTKIT_H
#define TEXTKIT_H

#include <stddef.h>

struct tk_string {
    size_t length;
    const char *text;
};

struct tk_statistics {
    double highest;
    long calls;
};
extern struct tk_statistics tk_statistics;

const char *tk_version(void);
/* From 0 (nothing in common) to 1 (the same): twice the common letter pairs by all pairs. */
double tk_compare(const struct tk_string *a, const struct tk_string *b);

#endif
