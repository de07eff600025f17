/* recipe.h - what the relocations of an image came to, packed so that they can be applied again.
 *
 * record.c makes a recipe, recipe.c applies it, replay.c says for which images it holds. */
#ifndef ISOLDE_RECIPE_H
#define ISOLDE_RECIPE_H

#include "loader.h"
#include "x86_64/reloc.h"

/* An image of the space: element INDEX of a scope of the image's (replay.c). */
struct target {
    uint32_t scope, index;
    bool is_bound; /* words are based on it: the image that has them keeps it */
};

enum { TARGETS_MAX = 64 };

/* The word at PLACE, counted from the image's base, becomes the image's base plus VALUE. */
struct own_word {
    uint32_t place, value;
};

/* ... the base of a target plus VALUE. */
struct target_word {
    uint32_t place, value, target;
};

/* ... VALUE: an address of the host's, or no address at all. */
struct fixed_word {
    uint64_t value;
    uint32_t place;
};

/* ... the address of a unique symbol: of this one of a target's, unless the space has another. */
struct unique_word {
    uint64_t value; /* counted from the target's base */
    uint32_t place, target, symbol, name, hash;
};

/* ... what FUNCTION of the host gives: an IFUNC's resolver; or the image's own entry to a shim. */
struct called_word {
    uintptr_t function;
    int64_t addend;
    uint32_t place;
    bool is_shim;
};

struct recipe {
    struct kept kept;
    uint64_t headers;        /* a hash of the program headers, which say what may be written */
    bool is_barren;          /* the image cannot be packed: nothing else is in here */
    unsigned long long host; /* 1 + the host_generation it holds for; 0: any */
    struct words {
        void *list;
        size_t count, capacity;
    } own, target, fixed, unique, called; /* of the types above */
    struct words targets;                 /* struct target */
    struct words odd; /* uint32_t: relocations, by number, that are worked out each time */
};

/* Pages that relocations write, counted from the image's start. */
struct run {
    uint32_t first, count;
};

struct runs {
    struct kept kept;
    size_t count;
    struct run list[];
};

/* ---- recipe.c */

int recipe_apply(const struct recipe *recipe, struct image *image);
uint64_t recipe_headers(const struct image *image);
void recipe_clear(struct recipe *recipe);
void recipe_free(struct kept *recipe);

/* ---- record.c: while an image is relocated the ordinary way */

struct recorder;
struct recorder *recorder_new(struct image *image); /* NULL: out of memory */
void record_relative(struct recorder *recorder, uintptr_t place, uint64_t value);
void record_binding(struct recorder *recorder, const ElfW(Rela) * r, struct relocation_row row,
                    unsigned class, const struct binding *binding);
void record_odd(struct recorder *recorder, const ElfW(Rela) * r, size_t size);
struct runs *recorder_runs(const struct recorder *recorder); /* NULL: out of memory */
struct recipe *recorder_finish(struct recorder *recorder, unsigned long long generation);
void recorder_free(struct recorder *recorder);

/* ---- replay.c */

/* What images of one open can see. */
struct outlook {
    const struct scope *known[2]; /* scopes whose number has been asked for */
    uint64_t number[2];
};

struct replay {
    struct image *image;
    struct recipe *recipe; /* to be applied; or NULL */
    struct recorder *recorder;
    unsigned long long generation; /* of the host */
    uint64_t words[24];
    size_t count;
};

void replay_begin(struct replay *replay, struct outlook *outlook, struct image *image, bool lazily);
void replay_end(struct replay *replay, bool succeeded);
/* Where FOUND is among what IMAGE sees; false: nowhere. */
bool replay_locate(const struct image *image, const struct image *found, struct target *target);
struct image *replay_target(struct image *image, struct target target);

#endif
