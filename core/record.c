/* record.c - noting what an image's relocations come to, so that they can be replayed (recipe.c).
 *
 * The first open of a file does it, and must not become dearer by it: nothing is looked up a second
 * time, and a symbol that many words in a row name is looked at once.
 *
 * What is not an address plus a number (an image's own IFUNC, words of other sizes) is noted by its
 * number, to be worked out each time. */
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

enum { RECIPE_MAX = 4 << 20 /* bytes */ };

struct recorder *recorder_new(struct image *image) {
    struct recorder *recorder = calloc(1, sizeof *recorder);
    struct recipe *recipe = calloc(1, sizeof *recipe);
    if (recorder == NULL || recipe == NULL) {
        free(recorder);
        free(recipe);
        return NULL;
    }
    recipe->kept = (struct kept){.holders = 1, .free = recipe_free};
    *recorder = (struct recorder){.image = image, .recipe = recipe};
    recorder->unfit = image->end - image->map.l_addr > UINT32_MAX;
    return recorder;
}

void recorder_free(struct recorder *recorder) {
    if (recorder == NULL)
        return;
    if (recorder->recipe != NULL)
        recipe_free(&recorder->recipe->kept);
    free(recorder);
}

/* Not to succeed is no failure of the open: the image is only not packed.  EXPECTED: as many may
 * follow; what is not touched of so much memory costs nothing. */
static void *append(struct recorder *recorder, struct words *words, size_t size, size_t expected) {
    if (words->count == words->capacity && !recorder->unfit) {
        size_t capacity = words->capacity ? words->capacity * 2 : expected;
        void *list = realloc(words->list, capacity * size);
        recorder->unfit = list == NULL;
        words->list = list ? list : words->list;
        words->capacity = list ? capacity : words->capacity;
    }
    return recorder->unfit ? NULL : (char *)words->list + size * words->count++;
}

/* ---- targets ----------------------------------------------------------------------------------
 */

static uint32_t add_target(struct recorder *recorder, struct target target,
                           const struct image *image) {
    struct words *targets = &recorder->recipe->targets;
    struct target *added = append(recorder, targets, sizeof *added, 8);
    if (added == NULL || targets->count > TARGETS_MAX) {
        recorder->unfit = true;
        return 0;
    }
    *added = target;
    recorder->images[targets->count - 1] = image;
    return (uint32_t)targets->count - 1;
}

/* The number of IMAGE among the targets; false: the image that is relocated cannot see it. */
static bool number_image(struct recorder *recorder, const struct image *image, bool is_bound,
                         uint32_t *number) {
    struct words *targets = &recorder->recipe->targets;
    uint32_t i = 0;
    struct target target;
    while (i < targets->count && recorder->images[i] != image)
        i++;
    if (i == targets->count) {
        if (!replay_locate(recorder->image, image, &target))
            return false;
        i = add_target(recorder, target, image);
    }
    if (targets->count > 0)
        ((struct target *)targets->list)[i].is_bound |= is_bound;
    if (is_bound && !recorder->unfit) {
        recorder->last_image = image;
        recorder->last_target = i;
    }
    *number = i;
    return true;
}

/* The same for what is counted from no image. */
static uint32_t number_base(struct recorder *recorder, enum base base) {
    const struct target *list = recorder->recipe->targets.list;
    for (size_t i = 0; i < recorder->recipe->targets.count; i++)
        if (list[i].base == base)
            return (uint32_t)i;
    return add_target(recorder, (struct target){.base = base}, NULL);
}

struct position {
    uint32_t target;
    uint64_t value; /* counted from there */
};

extern const char __ehdr_start[] __attribute__((visibility("hidden")));
extern const char _end[] __attribute__((visibility("hidden")));

/* Of an address that is no symbol's: of this library, of the host, or none. */
static bool locate_address(struct recorder *recorder, uintptr_t address,
                           struct position *position) {
    bool ours = address >= (uintptr_t)__ehdr_start && address < (uintptr_t)_end;
    const struct image *host = ours || address == 0 ? NULL : host_holding(address);
    position->value = address;
    if (host != NULL && !number_image(recorder, host, true, &position->target))
        return false;
    if (host != NULL)
        position->value -= host->map.l_addr;
    else
        position->target = number_base(recorder, ours ? BASE_CORE : BASE_NONE);
    if (ours)
        position->value -= (uintptr_t)__ehdr_start;
    recorder->recipe->is_local |= host == NULL && !ours && address != 0;
    return true;
}

static bool locate(struct recorder *recorder, const struct binding *b, struct position *position) {
    if (b->symbol == NULL)
        return locate_address(recorder, b->address, position);
    position->value = b->symbol->st_value;
    if (b->symbol->st_shndx != SHN_ABS)
        return number_image(recorder, b->image, true, &position->target);
    position->target = number_base(recorder, BASE_NONE);
    return true;
}

/* ---- relocations ------------------------------------------------------------------------------
 */

static bool in_plt(const struct image *image, const ElfW(Rela) * r) {
    const struct dynamic *d = &image->dynamic;
    return d->plt != NULL && r >= d->plt && r < d->plt + d->plt_count;
}

/* The number of a relocation of IMAGE, over both of its tables. */
static size_t number_of(const struct image *image, const ElfW(Rela) * r) {
    const struct dynamic *d = &image->dynamic;
    return in_plt(image, r) ? d->rela_count + (size_t)(r - d->plt) : (size_t)(r - d->rela);
}

/* How many relocations there are from R on. */
static size_t rest_from(const struct image *image, const ElfW(Rela) * r) {
    return image->dynamic.rela_count + image->dynamic.plt_count - number_of(image, r);
}

void record_odd(struct recorder *recorder, const ElfW(Rela) * r) {
    size_t number = number_of(recorder->image, r);
    uint32_t *odd = append(recorder, &recorder->recipe->odd, sizeof *odd, 16);
    recorder->first = NULL;
    if (odd == NULL)
        return;
    recorder->unfit |= number > UINT32_MAX;
    *odd = (uint32_t)number;
}

/* Room for whatever may follow from R on: what is not touched of so much memory costs nothing. */
static bool make_room(struct recorder *recorder, const ElfW(Rela) * r) {
    struct words *groups = &recorder->recipe->groups, *places = &recorder->recipe->places;
    size_t rest = rest_from(recorder->image, r);
    void *bigger[] = {realloc(groups->list, (groups->count + rest) * sizeof(struct group)),
                      realloc(places->list, (places->count + rest) * sizeof(uint32_t))};
    groups->list = bigger[0] ? bigger[0] : groups->list;
    places->list = bigger[1] ? bigger[1] : places->list;
    groups->capacity = groups->count + (bigger[0] ? rest : 0);
    places->capacity = places->count + (bigger[1] ? rest : 0);
    recorder->unfit |= bigger[0] == NULL || bigger[1] == NULL;
    return !recorder->unfit;
}

static bool add_group(struct recorder *recorder, const ElfW(Rela) * r, uint32_t target,
                      uint64_t value) {
    struct words *groups = &recorder->recipe->groups, *places = &recorder->recipe->places;
    if (UNLIKELY(value > UINT32_MAX))
        return false;
    if (UNLIKELY(places->count == places->capacity) && !make_room(recorder, r))
        return true;
    recorder->group = (struct group *)groups->list + groups->count++;
    *recorder->group = (struct group){(uint32_t)value, target, 1};
    recorder->first = r;
    record_place(recorder, r);
    return true;
}

/* A word whose value means the same wherever its target is mapped; false: it does not. */
static bool record_plain(struct recorder *recorder, const ElfW(Rela) * r, const struct binding *b) {
    struct position position;
    return locate(recorder, b, &position) &&
           add_group(recorder, r, position.target, position.value + (uint64_t)r->r_addend);
}

/* The same for what is most common: a symbol of the image that the last was of. */
static bool record_common(struct recorder *recorder, const ElfW(Rela) * r,
                          const struct binding *b) {
    if (b->symbol == NULL || b->image != recorder->last_image || b->last_resort ||
        b->symbol->st_shndx == SHN_ABS || ELF64_ST_TYPE(b->symbol->st_info) == STT_GNU_IFUNC ||
        ELF64_ST_BIND(b->symbol->st_info) == STB_GNU_UNIQUE)
        return false;
    return add_group(recorder, r, recorder->last_target,
                     b->symbol->st_value + (uint64_t)r->r_addend);
}

/* A unique symbol is noted as it was found; which one stands for it, the space decides. */
static bool record_unique(struct recorder *recorder, const ElfW(Rela) * r, unsigned class,
                          const struct binding *b) {
    const ElfW(Sym) *symbol = b->found ? b->found : b->symbol;
    const struct image *image = b->found ? addresses_find((uintptr_t)b->found) : b->image;
    uint32_t target;
    if (image == NULL || image->space != recorder->image->space || symbol->st_shndx == SHN_ABS ||
        !number_image(recorder, image, false, &target))
        return false;
    struct unique_word *word = append(recorder, &recorder->recipe->unique, sizeof *word, 64);
    if (word == NULL)
        return true;
    const struct dynamic *d = &image->dynamic;
    *word = (struct unique_word){
        .value = symbol->st_value + (uint64_t)r->r_addend,
        .place = (uint32_t)r->r_offset,
        .target = target,
        .symbol = (uint32_t)(symbol - d->symbols),
        .name = symbol->st_name,
        .hash = query_for(d->strings + symbol->st_name, NULL, class).gnu,
    };
    return true;
}

static bool record_called(struct recorder *recorder, const ElfW(Rela) * r, struct position function,
                          bool is_shim) {
    if (function.value > UINT32_MAX)
        return false;
    struct called_word *word = append(recorder, &recorder->recipe->called, sizeof *word, 64);
    if (word == NULL)
        return true;
    *word = (struct called_word){
        .addend = r->r_addend,
        .place = (uint32_t)r->r_offset,
        .target = function.target,
        .function = (uint32_t)function.value,
        .is_shim = is_shim,
    };
    return true;
}

static bool record_word(struct recorder *recorder, const ElfW(Rela) * r, unsigned class,
                        const struct binding *b) {
    void *shim = b->symbol == NULL ? caller_entry_target(b->address) : NULL;
    bool ours = b->symbol != NULL && b->image->space != NULL;
    struct position function;
    if (shim != NULL)
        return locate_address(recorder, (uintptr_t)shim, &function) &&
               record_called(recorder, r, function, true);
    if (b->symbol == NULL)
        return record_plain(recorder, r, b);
    if (ours && ELF64_ST_BIND(b->symbol->st_info) == STB_GNU_UNIQUE)
        return record_unique(recorder, r, class, b);
    if (ELF64_ST_TYPE(b->symbol->st_info) != STT_GNU_IFUNC)
        return record_plain(recorder, r, b);
    return !ours && locate(recorder, b, &function) && record_called(recorder, r, function, false);
}

/* R names a symbol, and B is what it was bound to.  IS_ADDRESS: R is 8 bytes, for its address. */
void record_binding(struct recorder *recorder, const ElfW(Rela) * r, bool is_address,
                    unsigned class, const struct binding *b) {
    if (is_address && b->link == NULL && record_common(recorder, r, b))
        return;
    recorder->first = NULL;
    recorder->asks_host |= b->last_resort || (b->image == NULL && b->address == 0);
    if (!is_address || b->link != NULL || !record_word(recorder, r, class, b))
        record_odd(recorder, r);
}

/* R names the thread-local VALUE of what B was bound to. */
void record_tls(struct recorder *recorder, const ElfW(Rela) * r, const struct binding *b,
                uint64_t value) {
    uint32_t target;
    bool is_unique = b->symbol != NULL && ELF64_ST_BIND(b->symbol->st_info) == STB_GNU_UNIQUE;
    recorder->asks_host |= b->last_resort || b->image == NULL;
    if (b->image == NULL)
        target = number_base(recorder, BASE_NONE);
    else if (b->link != NULL || is_unique || !number_image(recorder, b->image, true, &target)) {
        record_odd(recorder, r);
        return;
    }
    struct tls_word *word = append(recorder, &recorder->recipe->tls, sizeof *word, 16);
    if (word == NULL)
        return;
    *word = (struct tls_word){.value = value,
                              .place = (uint32_t)r->r_offset,
                              .target = target,
                              .type = ELF64_R_TYPE(r->r_info)};
}

/* ---- the end ----------------------------------------------------------------------------------
 */

static size_t fit(struct words *words, size_t size) {
    void *list = words->count ? realloc(words->list, words->count * size) : NULL;
    if (list != NULL) {
        words->list = list;
        words->capacity = words->count;
    }
    return words->capacity * size;
}

static size_t fit_all(struct recipe *r) {
    return sizeof *r + fit(&r->targets, sizeof(struct target)) +
           fit(&r->groups, sizeof(struct group)) + fit(&r->places, sizeof(uint32_t)) +
           fit(&r->unique, sizeof(struct unique_word)) +
           fit(&r->called, sizeof(struct called_word)) + fit(&r->tls, sizeof(struct tls_word)) +
           fit(&r->odd, sizeof(uint32_t));
}

/* The recipe, held once.  GENERATION: of the host as it was looked through.  That an image cannot
 * be packed is remembered, too. */
struct recipe *recorder_finish(struct recorder *recorder, unsigned long long generation) {
    struct recipe *r = recorder->recipe;
    recorder->recipe = NULL;
    r->host = recorder->asks_host && recorder->image->space->host ? generation + 1 : 0;
    r->headers = recipe_headers(recorder->image);
    r->kept.size = fit_all(r) + relatives_size(recorder->image);
    if (recorder->unfit || r->kept.size > RECIPE_MAX) {
        recipe_clear(r);
        r->kept.size = sizeof *r;
        r->is_barren = true;
    }
    return r;
}
