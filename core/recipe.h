/* recipe.h - what the relocations of an image came to, packed so that they can be applied again.
 *
 * record.c makes a recipe, recipe.c applies it, replay.c says for which images it holds. */
#ifndef ISOLDE_RECIPE_H
#define ISOLDE_RECIPE_H

#include "loader.h"
#include "x86_64/reloc.h"

enum base {
    BASE_OWN,   /* the image itself */
    BASE_SCOPE, /* element INDEX of a scope of the image's (replay.c) */
    BASE_HOST,  /* an image of the host's */
    BASE_CORE,  /* this library */
    BASE_NONE,  /* zero: what is counted from there is no address */
};

/* What words are counted from. */
struct target {
    uint32_t base, scope, index;
    uint32_t is_bound; /* the image that has the words keeps it */
    uint64_t host;     /* BASE_HOST: the image, which is never freed, by its address */
};

enum { TARGETS_MAX = 64, GROUP_MAX = (1 << 24) - 1 };

/* The words at the next COUNT places become the base of a target plus VALUE. */
struct group {
    uint32_t value, target : 8, count : 24;
};

/* The word at PLACE, counted from the image's base as everywhere here, becomes the address of a
 * unique symbol: of this one of a target's, unless the space has another. */
struct unique_word {
    uint64_t value; /* counted from the target's base */
    uint32_t place, target, symbol, name, hash, unused;
};

/* ... what a function of a target's gives, an IFUNC's resolver; or the image's own entry to it, a
 * shim. */
struct called_word {
    int64_t addend;
    uint32_t place, target, function, is_shim;
};

/* ... what a relocation of this TYPE, of the RELOC_TLS kind, makes of the thread-local VALUE of a
 * target. */
struct tls_word {
    uint64_t value;
    uint32_t place, target, type, unused;
};

struct words {
    void *list;
    size_t count, capacity;
};

/* Pages, counted from where relatives begin. */
struct run {
    uint32_t first, count;
};

/* The same pages of any image of a file, counted from the image's start. */
struct runs {
    struct kept kept;
    size_t count;
    struct run list[];
};

/* Words that become the image's base plus something. */
struct relatives {
    struct kept kept;
    bool in_place;       /* the something stands where it belongs; false: the tables say it */
    bool is_whole;       /* every one of them has a bit */
    uint32_t first, end; /* what the file has of writable segments; FIRST: of a page */
    struct words runs;   /* struct run: what is written of it, by the recipe also */
    size_t count;        /* of the bits, of which each word has one: 64 to an element */
    uint64_t bits[];
};

struct recipe {
    struct kept kept;
    uint64_t headers;            /* a hash of the program headers, which say what may be written */
    atomic_bool is_barren;       /* the image cannot be packed: nothing else in here counts */
    bool is_local;               /* it has addresses of this process */
    unsigned long long host;     /* 1 + the host_generation it holds for; 0: any */
    void *block;                 /* what the lists lie in, of one that was read; or NULL */
    struct words targets;        /* struct target */
    struct words groups, places; /* struct group; uint32_t */
    struct words unique, called, tls; /* of the types above */
    struct words odd; /* uint32_t: relocations, by number, that are worked out each time */
    _Atomic(struct relatives *) relatives; /* NULL: not known yet */
};

/* The number of a relocation of IMAGE goes over both of its tables. */
static inline const ElfW(Rela) * relocation_numbered(const struct image *image, size_t number) {
    const struct dynamic *d = &image->dynamic;
    return number < d->rela_count ? &d->rela[number] : &d->plt[number - d->rela_count];
}

/* ---- recipe.c */

/* All but the relative, the thread-local and the odd ones; TARGETS: NULL for what is no image. */
int recipe_apply(const struct recipe *recipe, struct image *image,
                 struct image *targets[TARGETS_MAX]);
uint64_t recipe_headers(const struct image *image);
void recipe_clear(struct recipe *recipe);
void recipe_free(struct kept *recipe);

/* ---- relatives.c */

struct relatives *relatives_read(const struct image *image, bool lazily);
struct relatives *relatives_new(const struct image *image);
bool relatives_join(struct relatives *relatives, const struct image *image,
                    const struct recipe *recipe);
void relatives_apply(const struct relatives *relatives, struct image *image, bool filled);
size_t relatives_size(const struct image *image);
struct runs *relatives_runs(const struct relatives *relatives, const struct image *image);

/* ---- portable.c, packed.c, folder.c: recipes that other processes have left */

/* All that a recipe depends on, in words that mean the same in every process. */
struct description {
    uint64_t *words;
    size_t count;
};

struct packed {
    unsigned char *bytes;
    size_t size;
};

uint64_t portable_mix(uint64_t hash, uint64_t word);
uint64_t portable_image(struct image *image);
uint64_t portable_host(void);
bool portable_describe(struct image *image, bool lazily, struct description *description);
bool packed_make(const struct recipe *recipe, const struct description *description,
                 struct packed *packed);
void packed_seal(struct packed *packed);
struct recipe *packed_read(struct packed packed, const struct description *description,
                           struct image *image, unsigned long long generation);
bool folder_is_wanted(void);
bool folder_read(const struct description *description, struct packed *packed);
void folder_write(const struct description *description, const struct packed *packed);

/* ---- record.c: while an image is relocated the ordinary way */

struct recorder {
    struct image *image;
    struct recipe *recipe;
    const struct image *images[TARGETS_MAX]; /* of the recipe's targets */
    const struct image *last_image;          /* of the space, and the latest that was asked for */
    uint32_t last_target;                    /* its number */
    struct group *group;                     /* the latest, ... */
    const ElfW(Rela) * first;                /* ... and its first relocation; NULL: it is over */
    bool unfit, asks_host;                   /* asks_host: the whole host was looked through */
};
struct recorder *recorder_new(struct image *image); /* NULL: out of memory */
void record_binding(struct recorder *recorder, const ElfW(Rela) * r, bool is_address,
                    unsigned class, const struct binding *binding);
void record_tls(struct recorder *recorder, const ElfW(Rela) * r, const struct binding *binding,
                uint64_t value);
void record_odd(struct recorder *recorder, const ElfW(Rela) * r);
struct recipe *recorder_finish(struct recorder *recorder, unsigned long long generation);
void recorder_free(struct recorder *recorder);

static inline void record_place(struct recorder *recorder, const ElfW(Rela) * r) {
    struct words *places = &recorder->recipe->places;
    ((uint32_t *)places->list)[places->count++] = (uint32_t)r->r_offset;
}

/* R says the same as the relocation before it; false: that has to be recorded in full. */
static inline bool record_again(struct recorder *recorder, const ElfW(Rela) * r) {
    const struct words *places = &recorder->recipe->places;
    if (recorder->first == NULL || recorder->group->count == GROUP_MAX ||
        places->count == places->capacity)
        return false;
    recorder->group->count++;
    record_place(recorder, r);
    return true;
}

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
    bool lazily;
    bool reads_relatives; /* replay_read_relatives is to be called before anything is written */
    bool leaves;          /* what is recorded, for other processes */
    struct relatives *relatives;
    struct description description;
    unsigned long long generation; /* of the host */
    uint64_t words[24];
    size_t count;
};

void replay_begin(struct replay *replay, struct outlook *outlook, struct image *image, bool lazily);
void replay_read_relatives(struct replay *replay);
void replay_end(struct replay *replay, bool succeeded);
/* Where FOUND is among what IMAGE sees; false: nowhere. */
bool replay_locate(const struct image *image, const struct image *found, struct target *target);
struct image *replay_target(struct image *image, const struct target *target);
bool replay_sees(const struct image *image, const struct target *target);

#endif
