/* way.c - which ways there are. */
#include "way.h"

#include <string.h>

const struct way *way_named(const char *name) {
    const struct way *lists[] = {eager_ways, userfault_ways, protect_ways, prelinked_ways,
                                 refill_ways};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (const struct way *way = lists[i]; way->name != NULL; way++)
            if (strcmp(way->name, name) == 0)
                return way;
    return NULL;
}
