/* record.c - noting what an image's relocations come to, so that they can be replayed (recipe.c).
 *
 * What is not an address plus a number (thread-local storage, an image's own IFUNC, words of other
 * sizes) is noted by its number, to be worked out each time.
 *
 * Packed words are not applied in their old order.  So an image in which one word is written twice
 * is not packed. */
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

enum { RECIPE_MAX = 4 << 20 }; /* bytes */

struct recorder {
    struct image *image;
    struct recipe *recipe;
    uint64_t *written; /* a bit for each word of the image */
    size_t words;
    bool unfit, asks_host; /* asks_host: the whole host was looked through */
};

/* Most relocations are the image's own. */
static bool prepare(struct recorder *recorder, struct image *image) {
    const struct dynamic *d = &image->dynamic;
    struct recipe *recipe = recorder->recipe;
    recorder->image = image;
    recorder->words = (image->end - image->start) / 8;
    recorder->unfit = image->end - image->map.l_addr > UINT32_MAX;
    recorder->written = calloc(recorder->words / 64 + 1, sizeof *recorder->written);
    recipe->kept = (struct kept){.holders = 1, .free = recipe_free};
    recipe->own.capacity = d->rela_count + d->plt_count + 1;
    recipe->own.list = malloc(recipe->own.capacity * sizeof(struct own_word));
    return recorder->written != NULL && recipe->own.list != NULL;
}

struct recorder *recorder_new(struct image *image) {
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL)
        return NULL;
    recorder->recipe = calloc(1, sizeof *recorder->recipe);
    if (recorder->recipe != NULL && prepare(recorder, image))
        return recorder;
    recorder_free(recorder);
    return NULL;
}

void recorder_free(struct recorder *recorder) {
    if (recorder == NULL)
        return;
    if (recorder->recipe != NULL)
        recipe_free(&recorder->recipe->kept);
    free(recorder->written);
    free(recorder);
}

/* Not to succeed is no failure of the open: the image is only not packed. */
static void *append(struct recorder *recorder, struct words *words, size_t size) {
    if (words->count == words->capacity && !recorder->unfit) {
        size_t capacity = words->capacity ? words->capacity * 2 : 64;
        void *list = realloc(words->list, capacity * size);
        recorder->unfit = list == NULL;
        words->list = list ? list : words->list;
        words->capacity = list ? capacity : words->capacity;
    }
    return recorder->unfit ? NULL : (char *)words->list + size * words->count++;
}

static void mark(struct recorder *recorder, uintptr_t place, size_t size) {
    uintptr_t at = place - recorder->image->start;
    for (size_t word = at / 8; word <= (at + size - 1) / 8; word++) {
        if (word >= recorder->words || (recorder->written[word / 64] >> (word % 64) & 1)) {
            recorder->unfit = true;
            return;
        }
        recorder->written[word / 64] |= UINT64_C(1) << (word % 64);
    }
}

static uintptr_t place_of(const struct recorder *recorder, const ElfW(Rela) * r) {
    return recorder->image->map.l_addr + r->r_offset;
}

static uint32_t offset(const struct recorder *recorder, uintptr_t place) {
    return (uint32_t)(place - recorder->image->map.l_addr);
}

/* The word at PLACE has become the image's base plus VALUE. */
static void add_own(struct recorder *recorder, uintptr_t place, uint64_t value) {
    struct own_word *word = append(recorder, &recorder->recipe->own, sizeof *word);
    if (word == NULL)
        return;
    recorder->unfit |= value > UINT32_MAX;
    *word = (struct own_word){offset(recorder, place), (uint32_t)value};
    mark(recorder, place, 8);
}

static uint32_t number_target(struct recorder *recorder, struct target target) {
    struct target *known = recorder->recipe->targets.list;
    for (size_t i = 0; i < recorder->recipe->targets.count; i++) {
        if (known[i].scope != target.scope || known[i].index != target.index)
            continue;
        known[i].is_bound |= target.is_bound;
        return (uint32_t)i;
    }
    struct target *added = append(recorder, &recorder->recipe->targets, sizeof *added);
    if (added == NULL || recorder->recipe->targets.count > TARGETS_MAX) {
        recorder->unfit = true;
        return 0;
    }
    *added = target;
    return (uint32_t)recorder->recipe->targets.count - 1;
}

static void add_target(struct recorder *recorder, uintptr_t place, uint64_t value,
                       struct target target) {
    target.is_bound = true;
    uint32_t number = number_target(recorder, target);
    struct target_word *word = append(recorder, &recorder->recipe->target, sizeof *word);
    if (word == NULL)
        return;
    recorder->unfit |= value > UINT32_MAX;
    *word = (struct target_word){offset(recorder, place), (uint32_t)value, number};
    mark(recorder, place, 8);
}

static void add_fixed(struct recorder *recorder, uintptr_t place, uint64_t value) {
    struct fixed_word *word = append(recorder, &recorder->recipe->fixed, sizeof *word);
    if (word == NULL)
        return;
    *word = (struct fixed_word){value, offset(recorder, place)};
    mark(recorder, place, 8);
}

static void add_unique(struct recorder *recorder, uintptr_t place, struct unique_word word,
                       struct target target) {
    word.target = number_target(recorder, target);
    word.place = offset(recorder, place);
    struct unique_word *added = append(recorder, &recorder->recipe->unique, sizeof *added);
    if (added == NULL)
        return;
    *added = word;
    mark(recorder, place, 8);
}

static void add_called(struct recorder *recorder, uintptr_t place, struct called_word word) {
    word.place = offset(recorder, place);
    struct called_word *added = append(recorder, &recorder->recipe->called, sizeof *added);
    if (added == NULL)
        return;
    *added = word;
    mark(recorder, place, 8);
}

static void add_odd(struct recorder *recorder, uintptr_t place, size_t size, size_t number) {
    uint32_t *odd = append(recorder, &recorder->recipe->odd, sizeof *odd);
    if (odd == NULL)
        return;
    recorder->unfit |= number > UINT32_MAX;
    *odd = (uint32_t)number;
    if (size > 0)
        mark(recorder, place, size);
}

/* The number of a relocation of IMAGE, over both of its tables. */
static size_t number_of(const struct image *image, const ElfW(Rela) * r) {
    const struct dynamic *d = &image->dynamic;
    size_t in_plt = (size_t)(r - d->plt);
    return d->plt != NULL && r >= d->plt && in_plt < d->plt_count ? d->rela_count + in_plt
                                                                  : (size_t)(r - d->rela);
}

/* A word has become the image's base plus VALUE. */
void record_relative(struct recorder *recorder, uintptr_t place, uint64_t value) {
    add_own(recorder, place, value);
}

void record_odd(struct recorder *recorder, const ElfW(Rela) * r, size_t size) {
    add_odd(recorder, place_of(recorder, r), size, number_of(recorder->image, r));
}

/* A unique symbol is noted as it was found; which one stands for it, the space decides. */
static bool record_unique(struct recorder *recorder, const ElfW(Rela) * r, unsigned class) {
    struct image *image = recorder->image;
    struct binding first;
    struct target target;
    if (!symbol_first(image, ELF64_R_SYM(r->r_info), class, &first) || first.symbol == NULL ||
        first.image->space != image->space ||
        ELF64_ST_BIND(first.symbol->st_info) != STB_GNU_UNIQUE ||
        !replay_locate(image, first.image, &target))
        return false;
    const struct dynamic *d = &first.image->dynamic;
    add_unique(recorder, place_of(recorder, r),
               (struct unique_word){
                   .value = first.symbol->st_value + (uint64_t)r->r_addend,
                   .symbol = (uint32_t)(first.symbol - d->symbols),
                   .name = first.symbol->st_name,
                   .hash = query_for(d->strings + first.symbol->st_name, NULL, class).gnu,
               },
               target);
    return true;
}

/* A binding that means the same wherever its image is mapped. */
static bool record_plain(struct recorder *recorder, const ElfW(Rela) * r, const struct binding *b) {
    bool moves = b->symbol != NULL && b->image->space != NULL && b->symbol->st_shndx != SHN_ABS;
    uint64_t value = binding_address(b) + (uint64_t)r->r_addend;
    uintptr_t place = place_of(recorder, r);
    struct target target;
    if (!moves)
        add_fixed(recorder, place, value);
    else if (!replay_locate(recorder->image, b->image, &target))
        return false;
    else if (b->image == recorder->image)
        add_own(recorder, place, value - b->image->map.l_addr);
    else
        add_target(recorder, place, value - b->image->map.l_addr, target);
    return true;
}

static void record_called(struct recorder *recorder, const ElfW(Rela) * r, uintptr_t function,
                          bool is_shim) {
    add_called(recorder, place_of(recorder, r),
               (struct called_word){function, r->r_addend, 0, is_shim});
}

static bool record_word(struct recorder *recorder, const ElfW(Rela) * r, unsigned class,
                        const struct binding *b) {
    void *shim = b->symbol == NULL ? caller_entry_target(b->address) : NULL;
    bool ours = b->symbol != NULL && b->image->space != NULL;
    if (shim != NULL) {
        record_called(recorder, r, (uintptr_t)shim, true);
    } else if (b->symbol == NULL) {
        return record_plain(recorder, r, b);
    } else if (ours && ELF64_ST_BIND(b->symbol->st_info) == STB_GNU_UNIQUE) {
        return record_unique(recorder, r, class);
    } else if (ELF64_ST_TYPE(b->symbol->st_info) != STT_GNU_IFUNC) {
        return record_plain(recorder, r, b);
    } else if (ours) {
        return false;
    } else {
        record_called(recorder, r, b->image->map.l_addr + b->symbol->st_value, false);
    }
    return true;
}

/* R names a symbol, and B is what it was bound to. */
void record_binding(struct recorder *recorder, const ElfW(Rela) * r, struct relocation_row row,
                    unsigned class, const struct binding *b) {
    recorder->asks_host |= b->last_resort || (b->image == NULL && b->address == 0);
    if (row.kind != RELOC_ABSOLUTE || row.size != 8 || b->link != NULL ||
        !record_word(recorder, r, class, b))
        record_odd(recorder, r, row.size);
}

static bool page_written(const struct recorder *recorder, size_t page) {
    for (size_t i = page * 8; i < page * 8 + 8 && i * 64 < recorder->words; i++)
        if (recorder->written[i] != 0)
            return true;
    return false;
}

static void free_runs(struct kept *kept) { free(kept); }

struct runs *recorder_runs(const struct recorder *recorder) {
    size_t pages = recorder->words * 8 / PAGE_SIZE, count = 0;
    for (size_t page = 0; page < pages; page++)
        count += page_written(recorder, page) && (page == 0 || !page_written(recorder, page - 1));
    size_t size = sizeof(struct runs) + count * sizeof(struct run);
    struct runs *runs = malloc(size);
    if (runs == NULL)
        return NULL;
    runs->kept = (struct kept){.holders = 1, .size = size, .free = free_runs};
    runs->count = 0;
    for (size_t page = 0; page < pages; page++) {
        if (!page_written(recorder, page))
            continue;
        if (page == 0 || !page_written(recorder, page - 1))
            runs->list[runs->count++] = (struct run){(uint32_t)page, 0};
        runs->list[runs->count - 1].count++;
    }
    return runs;
}

static size_t fit(struct words *words, size_t size) {
    void *list = words->count ? realloc(words->list, words->count * size) : NULL;
    if (list != NULL) {
        words->list = list;
        words->capacity = words->count;
    }
    return words->capacity * size;
}

/* The recipe, held once.  GENERATION: of the host as it was looked through.  That an image cannot
 * be packed is remembered, too. */
struct recipe *recorder_finish(struct recorder *recorder, unsigned long long generation) {
    struct recipe *r = recorder->recipe;
    r->host = recorder->asks_host ? generation + 1 : 0;
    recorder->recipe = NULL;
    r->headers = recipe_headers(recorder->image);
    r->kept.size =
        sizeof *r + fit(&r->own, sizeof(struct own_word)) +
        fit(&r->target, sizeof(struct target_word)) + fit(&r->fixed, sizeof(struct fixed_word)) +
        fit(&r->unique, sizeof(struct unique_word)) + fit(&r->called, sizeof(struct called_word)) +
        fit(&r->targets, sizeof(struct target)) + fit(&r->odd, sizeof(uint32_t));
    r->is_barren = recorder->unfit || r->kept.size > RECIPE_MAX;
    if (r->is_barren) {
        recipe_clear(r);
        r->kept.size = sizeof *r;
    }
    return r;
}
