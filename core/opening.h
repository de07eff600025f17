/* opening.h - one open of one file in one space, from its name to its published images.
 *
 * load.c makes names into mapped images, opening.c makes them part of the space. */
#ifndef ISOLDE_OPENING_H
#define ISOLDE_OPENING_H

#include "loader.h"

/* What another space, which a link leads to, has answered. */
struct answer {
    struct isolde_space *from;
    unsigned long from_id;
    char *from_name, *name, *needed_by; /* needed_by: NULL: opened by name */
    struct image *image;                /* kept mapped by the open: one of `from`, or the host's */
};

struct opening {
    struct isolde_space *space;
    const char *file;
    struct image *caller;        /* the image whose code asked; NULL: the host */
    const struct opening *outer; /* the open in another space that this one answers, or NULL */
    struct image *root;
    struct image *kept; /* what the outer open receives: an image, not a link; NULL: the host's */
    struct scope fresh, order;
    struct scope aside;  /* mapped by an attempt that was undone, for the next one */
    size_t global_count; /* how long the global scope was before */
    int mode;
    bool lazy, made_search_list, relocating;
    bool changes; /* what others look up in the space: they wait */
    enum { NOTHING, A_LINK, LIBRARIES, REHEARSAL } wants; /* A_LINK: the last of `answers` */
    unsigned rehearsals;
    struct answer *answers;
    size_t answer_count, answer_capacity;
    struct provisions provisions; /* what an underlinked image lacks, and who has it */
    size_t provided_before;
    bool gave_up;    /* no library has what is lacking */
    struct run *run; /* FILE is its program, an executable; or NULL */
    size_t in_front; /* how many it has put before the others of the global scope */
};

/* load.c */
struct image *load_find_by_name(const struct isolde_space *space, const char *name);
struct image *load(struct opening *o, const char *name, struct image *needer);
struct image *load_not_open_here(const struct opening *o, const char *name);
int load_closure(struct opening *o);

#endif
