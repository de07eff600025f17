/* textkit 2.0: a rewrite around an index of documents.  The soname stayed libtextkit.so.1. */
#ifndef TEXTKIT_H
#define TEXTKIT_H

#include <stddef.h>

struct tk_index;

const char *tk_version(void);
struct tk_index *tk_open(const char *const *documents, size_t count);
void tk_close(struct tk_index *index);
/* Writes, for each document, how many of QUERY's words it holds. */
void tk_compare(const struct tk_index *index, const char *query, double *scores);

#endif
