/* way.h - one way of giving a copy its writable pages. */
#ifndef WAY_H
#define WAY_H

#include "library.h"

struct way {
    const char *name;
    const char *(*begin)(void);         /* once a process; what hinders it, or NULL */
    void (*prepare)(struct copy *copy); /* not part of the open, but needs its address; or NULL */
    void (*open)(struct copy *copy);    /* after copy_map */
    void (*forked)(struct copy *first); /* in a child, to mend the copies; or NULL */
};

extern const struct way eager_ways[], userfault_ways[], protect_ways[], prelinked_ways[],
    refill_ways[];
/* ... each ended by one without a name */

/* The peer's open. */
void eager_populated(struct copy *copy);

/* Of all ways the one with that name; NULL: there is none. */
const struct way *way_named(const char *name);

#endif
