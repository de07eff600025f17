/* textkit 1.0: edit distance. */
#ifndef TEXTKIT_H
#define TEXTKIT_H

struct tk_statistics {
    int calls;
};
extern struct tk_statistics tk_statistics;

const char *tk_version(void);
/* How many letters to insert, remove or change to turn A into B. */
int tk_compare(const char *a, const char *b);

#endif
