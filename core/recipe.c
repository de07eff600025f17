/* recipe.c - packing what an image's relocations came to.
 *
 * An entry of DT_RELA has 24 bytes, and most say the same: base plus something.  Packed it has 8,
 * and one that was bound to another image of the space 12; neither names a symbol any more.  What
 * is not so simple (thread-local storage, an image's own IFUNC, words of other sizes) is kept by
 * its number and worked out each time.
 *
 * Packed words are not applied in their old order.  So an image in which one word is written twice
 * is not packed. */
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

enum { RECIPE_MAX = 4 << 20 }; /* bytes */

struct recorder {
    const struct image *image;
    struct recipe *recipe;
    uint64_t *written; /* a bit for each word of the image */
    size_t words;
    bool unfit;
};

static void free_words(struct recipe *recipe) {
    struct words *const all[] = {&recipe->own,    &recipe->target,  &recipe->fixed, &recipe->unique,
                                 &recipe->called, &recipe->targets, &recipe->odd};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        free(all[i]->list);
        *all[i] = (struct words){0};
    }
}

static void free_recipe(struct kept *kept) {
    free_words((struct recipe *)kept);
    free(kept);
}

/* Most relocations are the image's own. */
static bool prepare(struct recorder *recorder, const struct image *image) {
    const struct dynamic *d = &image->dynamic;
    struct recipe *recipe = recorder->recipe;
    recorder->image = image;
    recorder->words = (image->end - image->start) / 8;
    recorder->unfit = image->end - image->map.l_addr > UINT32_MAX;
    recorder->written = calloc(recorder->words / 64 + 1, sizeof *recorder->written);
    recipe->kept = (struct kept){.holders = 1, .free = free_recipe};
    recipe->own.capacity = d->rela_count + d->plt_count + 1;
    recipe->own.list = malloc(recipe->own.capacity * sizeof(struct own_word));
    return recorder->written != NULL && recipe->own.list != NULL;
}

struct recorder *recorder_new(const struct image *image) {
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
        free_recipe(&recorder->recipe->kept);
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

static uint32_t offset(const struct recorder *recorder, uintptr_t place) {
    return (uint32_t)(place - recorder->image->map.l_addr);
}

/* The word at PLACE has become the image's base plus VALUE. */
void recorder_own(struct recorder *recorder, uintptr_t place, uint64_t value) {
    struct own_word *word = append(recorder, &recorder->recipe->own, sizeof *word);
    if (word == NULL)
        return;
    recorder->unfit |= value > UINT32_MAX;
    *word = (struct own_word){offset(recorder, place), (uint32_t)value};
    mark(recorder, place, 8);
}

static uint32_t number_of(struct recorder *recorder, struct target target) {
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

void recorder_target(struct recorder *recorder, uintptr_t place, uint64_t value,
                     struct target target) {
    target.is_bound = true;
    uint32_t number = number_of(recorder, target);
    struct target_word *word = append(recorder, &recorder->recipe->target, sizeof *word);
    if (word == NULL)
        return;
    recorder->unfit |= value > UINT32_MAX;
    *word = (struct target_word){offset(recorder, place), (uint32_t)value, number};
    mark(recorder, place, 8);
}

void recorder_fixed(struct recorder *recorder, uintptr_t place, uint64_t value) {
    struct fixed_word *word = append(recorder, &recorder->recipe->fixed, sizeof *word);
    if (word == NULL)
        return;
    *word = (struct fixed_word){value, offset(recorder, place)};
    mark(recorder, place, 8);
}

void recorder_unique(struct recorder *recorder, uintptr_t place, struct unique_word word,
                     struct target target) {
    word.target = number_of(recorder, target);
    word.place = offset(recorder, place);
    struct unique_word *added = append(recorder, &recorder->recipe->unique, sizeof *added);
    if (added == NULL)
        return;
    *added = word;
    mark(recorder, place, 8);
}

void recorder_called(struct recorder *recorder, uintptr_t place, struct called_word word) {
    word.place = offset(recorder, place);
    struct called_word *added = append(recorder, &recorder->recipe->called, sizeof *added);
    if (added == NULL)
        return;
    *added = word;
    mark(recorder, place, 8);
}

void recorder_odd(struct recorder *recorder, uintptr_t place, size_t size, size_t number) {
    uint32_t *odd = append(recorder, &recorder->recipe->odd, sizeof *odd);
    if (odd == NULL)
        return;
    recorder->unfit |= number > UINT32_MAX;
    *odd = (uint32_t)number;
    if (size > 0)
        mark(recorder, place, size);
}

/* A place is believed only where the segments are those that it was checked against. */
uint64_t recipe_headers(const struct image *image) {
    const unsigned char *bytes = (const unsigned char *)image->headers;
    uint64_t hash = image->end - image->start;
    for (size_t i = 0; i < image->header_count * sizeof *image->headers; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return hash;
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

/* The recipe, held once.  That an image cannot be packed is remembered, too. */
struct recipe *recorder_finish(struct recorder *recorder) {
    struct recipe *r = recorder->recipe;
    recorder->recipe = NULL;
    r->headers = recipe_headers(recorder->image);
    r->kept.size =
        sizeof *r + fit(&r->own, sizeof(struct own_word)) +
        fit(&r->target, sizeof(struct target_word)) + fit(&r->fixed, sizeof(struct fixed_word)) +
        fit(&r->unique, sizeof(struct unique_word)) + fit(&r->called, sizeof(struct called_word)) +
        fit(&r->targets, sizeof(struct target)) + fit(&r->odd, sizeof(uint32_t));
    r->is_barren = recorder->unfit || r->kept.size > RECIPE_MAX;
    if (r->is_barren) {
        free_words(r);
        r->kept.size = sizeof *r;
    }
    return r;
}
