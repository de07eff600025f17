/* recipe.c - what the relocations of an image came to, and writing it into another of the same
 * file.
 *
 * An entry of DT_RELA has 24 bytes, and most say the same: base plus something.  Where the file
 * itself has the something at its place, as GNU ld leaves it, one bit says the rest.  What was
 * bound to a symbol needs 4 bytes for each place and 8 for each symbol and names none any more, so
 * that tables of symbols and names are not even read. */
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

void recipe_clear(struct recipe *recipe) {
    struct words *const all[] = {&recipe->targets, &recipe->groups, &recipe->places,
                                 &recipe->unique,  &recipe->called, &recipe->tls,
                                 &recipe->odd};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (recipe->block == NULL)
            free(all[i]->list);
        *all[i] = (struct words){0};
    }
    free(recipe->block);
    recipe->block = NULL;
    kept_release((struct kept *)atomic_exchange(&recipe->relatives, NULL));
}

void recipe_free(struct kept *kept) {
    recipe_clear((struct recipe *)kept);
    free(kept);
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

static void put(uintptr_t base, uint32_t place, uint64_t value) {
    memcpy((void *)(base + place), &value, sizeof value);
}

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static void find_targets(struct image *image, const struct recipe *recipe,
                         struct image *targets[TARGETS_MAX], uintptr_t bases[TARGETS_MAX]) {
    const struct target *list = recipe->targets.list;
    for (size_t i = 0; i < recipe->targets.count; i++) {
        targets[i] = replay_target(image, &list[i]);
        bases[i] = targets[i] != NULL          ? targets[i]->map.l_addr
                   : list[i].base == BASE_CORE ? (uintptr_t)__ehdr_start
                                               : 0;
    }
}

/* Who is bound to whom, and keeps it, is noted as it was the first time. */
static int depend(struct image *image, const struct recipe *recipe, struct image *const targets[]) {
    const struct target *list = recipe->targets.list;
    for (size_t i = 0; i < recipe->targets.count; i++)
        if (list[i].is_bound && symbol_depend(image, targets[i]) < 0)
            return -1;
    return 0;
}

static void apply_groups(const struct image *image, const struct recipe *recipe,
                         const uintptr_t bases[]) {
    const struct group *groups = recipe->groups.list;
    const uint32_t *place = recipe->places.list;
    uintptr_t base = image->map.l_addr;
    for (size_t i = 0; i < recipe->groups.count; i++) {
        uint64_t value = bases[groups[i].target] + groups[i].value;
        for (const uint32_t *end = place + groups[i].count; place < end; place++)
            put(base, *place, value);
    }
}

/* Names are only read where two hashes are the same: the tables of symbols stay untouched. */
static int settle_unique(struct image *image, const struct unique_word *word,
                         struct image *target) {
    const struct dynamic *d = &target->dynamic;
    const ElfW(Sym) *symbol = &d->symbols[word->symbol];
    uint64_t value = target->map.l_addr + word->value;
    struct binding binding = {.image = target, .symbol = symbol};
    if (unique_settle(image->space, word->hash, d->strings + word->name, &binding) < 0 ||
        symbol_depend(image, binding.image) < 0)
        return -1;
    if (binding.symbol != symbol)
        value += binding_address(&binding) - (target->map.l_addr + symbol->st_value);
    put(image->map.l_addr, word->place, value);
    return 0;
}

static int apply_unique(struct image *image, const struct recipe *recipe,
                        struct image *const targets[]) {
    const struct unique_word *words = recipe->unique.list;
    for (size_t i = 0; i < recipe->unique.count; i++)
        if (settle_unique(image, &words[i], targets[words[i].target]) < 0)
            return -1;
    return 0;
}

static int apply_called(struct image *image, const struct recipe *recipe, const uintptr_t bases[]) {
    const struct called_word *words = recipe->called.list;
    for (size_t i = 0; i < recipe->called.count; i++) {
        struct binding binding = {.address = bases[words[i].target] + words[i].function};
        if (!words[i].is_shim)
            binding.address = ((uintptr_t(*)(void))binding.address)();
        else if (shim_settle(image, &binding) < 0)
            return -1;
        put(image->map.l_addr, words[i].place, binding.address + (uint64_t)words[i].addend);
    }
    return 0;
}

/* Unique definers come first: they stay anyway, whoever is bound to them. */
int recipe_apply(const struct recipe *recipe, struct image *image,
                 struct image *targets[TARGETS_MAX]) {
    uintptr_t bases[TARGETS_MAX];
    find_targets(image, recipe, targets, bases);
    apply_groups(image, recipe, bases);
    if (apply_unique(image, recipe, targets) < 0 || depend(image, recipe, targets) < 0)
        return -1;
    return apply_called(image, recipe, bases);
}
