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

struct list {
    void *items;
    size_t count, capacity;
};

struct recorder {
    struct image *image;
    struct list own, target_words, fixed, unique, called, targets, odd;
    uint64_t *written; /* a bit for each word of the image */
    size_t words;
    bool unfit;
};

struct recorder *recorder_new(struct image *image) {
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL)
        return NULL;
    recorder->image = image;
    recorder->words = (image->end - image->start) / 8;
    recorder->written = image->end - image->map.l_addr > UINT32_MAX
                            ? NULL
                            : calloc(recorder->words / 64 + 1, sizeof *recorder->written);
    if (recorder->written != NULL)
        return recorder;
    free(recorder);
    return NULL;
}

void recorder_free(struct recorder *recorder) {
    if (recorder == NULL)
        return;
    free(recorder->own.items);
    free(recorder->target_words.items);
    free(recorder->fixed.items);
    free(recorder->unique.items);
    free(recorder->called.items);
    free(recorder->targets.items);
    free(recorder->odd.items);
    free(recorder->written);
    free(recorder);
}

/* Not to succeed is no failure of the open: the image is only not packed. */
static void *append(struct recorder *recorder, struct list *list, size_t size) {
    if (list->count == list->capacity && !recorder->unfit) {
        size_t capacity = list->capacity ? list->capacity * 2 : 64;
        void *items = realloc(list->items, capacity * size);
        recorder->unfit = items == NULL;
        list->items = items ? items : list->items;
        list->capacity = items ? capacity : list->capacity;
    }
    return recorder->unfit ? NULL : (char *)list->items + size * list->count++;
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
    struct own_word *word = append(recorder, &recorder->own, sizeof *word);
    if (word == NULL)
        return;
    recorder->unfit |= value > UINT32_MAX;
    *word = (struct own_word){offset(recorder, place), (uint32_t)value};
    mark(recorder, place, 8);
}

static uint32_t number_of(struct recorder *recorder, struct target target) {
    struct target *known = recorder->targets.items;
    for (size_t i = 0; i < recorder->targets.count; i++) {
        if (known[i].scope != target.scope || known[i].index != target.index)
            continue;
        known[i].is_bound |= target.is_bound;
        return (uint32_t)i;
    }
    struct target *added = append(recorder, &recorder->targets, sizeof *added);
    if (added == NULL || recorder->targets.count > TARGETS_MAX) {
        recorder->unfit = true;
        return 0;
    }
    *added = target;
    return (uint32_t)recorder->targets.count - 1;
}

void recorder_target(struct recorder *recorder, uintptr_t place, uint64_t value,
                     struct target target) {
    target.is_bound = true;
    uint32_t number = number_of(recorder, target);
    struct target_word *word = append(recorder, &recorder->target_words, sizeof *word);
    if (word == NULL)
        return;
    recorder->unfit |= value > UINT32_MAX;
    *word = (struct target_word){offset(recorder, place), (uint32_t)value, number};
    mark(recorder, place, 8);
}

void recorder_fixed(struct recorder *recorder, uintptr_t place, uint64_t value) {
    struct fixed_word *word = append(recorder, &recorder->fixed, sizeof *word);
    if (word == NULL)
        return;
    *word = (struct fixed_word){value, offset(recorder, place)};
    mark(recorder, place, 8);
}

void recorder_unique(struct recorder *recorder, uintptr_t place, struct unique_word word,
                     struct target target) {
    word.target = number_of(recorder, target);
    word.place = offset(recorder, place);
    struct unique_word *added = append(recorder, &recorder->unique, sizeof *added);
    if (added == NULL)
        return;
    *added = word;
    mark(recorder, place, 8);
}

void recorder_called(struct recorder *recorder, uintptr_t place, struct called_word word) {
    word.place = offset(recorder, place);
    struct called_word *added = append(recorder, &recorder->called, sizeof *added);
    if (added == NULL)
        return;
    *added = word;
    mark(recorder, place, 8);
}

void recorder_odd(struct recorder *recorder, uintptr_t place, size_t size, size_t number) {
    uint32_t *odd = append(recorder, &recorder->odd, sizeof *odd);
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

static void *place_list(char **at, const struct list *list, size_t size) {
    void *place = *at;
    if (list->count > 0)
        memcpy(place, list->items, list->count * size);
    *at += (list->count * size + 7) & ~(size_t)7;
    return place;
}

static struct recipe *pack(const struct recorder *r) {
    size_t size = sizeof(struct recipe) + r->own.count * sizeof(struct own_word) +
                  r->target_words.count * sizeof(struct target_word) +
                  r->fixed.count * sizeof(struct fixed_word) +
                  r->unique.count * sizeof(struct unique_word) +
                  r->called.count * sizeof(struct called_word) +
                  r->targets.count * sizeof(struct target) + r->odd.count * sizeof(uint32_t) + 16;
    struct recipe *recipe = malloc(size);
    if (recipe == NULL)
        return NULL;
    char *at = (char *)(recipe + 1);
    *recipe = (struct recipe){
        .kept = {.holders = 1, .size = size},
        .headers = recipe_headers(r->image),
        .own_count = r->own.count,
        .target_word_count = r->target_words.count,
        .fixed_count = r->fixed.count,
        .unique_count = r->unique.count,
        .called_count = r->called.count,
        .target_count = r->targets.count,
        .odd_count = r->odd.count,
        .fixed = place_list(&at, &r->fixed, sizeof(struct fixed_word)),
        .unique = place_list(&at, &r->unique, sizeof(struct unique_word)),
        .called = place_list(&at, &r->called, sizeof(struct called_word)),
        .own = place_list(&at, &r->own, sizeof(struct own_word)),
        .target_words = place_list(&at, &r->target_words, sizeof(struct target_word)),
        .targets = place_list(&at, &r->targets, sizeof(struct target)),
        .odd = place_list(&at, &r->odd, sizeof(uint32_t)),
    };
    return recipe;
}

static bool page_written(const struct recorder *recorder, size_t page) {
    for (size_t i = page * 8; i < page * 8 + 8 && i * 64 < recorder->words; i++)
        if (recorder->written[i] != 0)
            return true;
    return false;
}

static struct runs *find_runs(const struct recorder *recorder) {
    size_t pages = recorder->words * 8 / PAGE_SIZE, count = 0;
    for (size_t page = 0; page < pages; page++)
        count += page_written(recorder, page) && (page == 0 || !page_written(recorder, page - 1));
    size_t size = sizeof(struct runs) + count * sizeof(struct run);
    struct runs *runs = malloc(size);
    if (runs == NULL)
        return NULL;
    runs->kept = (struct kept){.holders = 1, .size = size};
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

/* RUNS: the pages that were written. */
struct recipe *recorder_finish(struct recorder *recorder, struct runs **runs) {
    *runs = find_runs(recorder);
    return recorder->unfit ? NULL : pack(recorder);
}
