/* packed.c - a recipe as the bytes of a file, and back.
 *
 * The file has a head, the description of what the recipe holds for, and its lists as they are in
 * memory; only the images of the host are named by what stands for them (portable.c).
 *
 * Nothing in a file is believed.  A checksum tells damage; a description that is not the very same,
 * another recipe; and each place, number and size is looked at before it is used, so that whatever
 * the bytes are, nothing is written but what relocations may write. */
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t magic = UINT64_C(0x3145504943455249); /* "IRECIPE1" */

enum list { TARGETS, GROUPS, PLACES, UNIQUE, CALLED, TLS, ODD, RUNS, LISTS };

static const size_t sizes[LISTS] = {
    [TARGETS] = sizeof(struct target),
    [GROUPS] = sizeof(struct group),
    [PLACES] = sizeof(uint32_t),
    [UNIQUE] = sizeof(struct unique_word),
    [CALLED] = sizeof(struct called_word),
    [TLS] = sizeof(struct tls_word),
    [ODD] = sizeof(uint32_t),
    [RUNS] = sizeof(struct run),
};

struct head {
    uint64_t magic, checksum, size; /* checksum: of all from `size` on */
    uint64_t headers, host, words;  /* host: all that it has loaded, or 0; words: of description */
    uint64_t counts[LISTS];
    uint64_t in_place, first, end, bits; /* struct relatives */
};

static size_t aligned(size_t size) { return (size + 7) & ~(size_t)7; }

static uint64_t rotated(uint64_t word) { return word << 31 | word >> 33; }

/* Four lanes, so that no step waits for the one before. */
static uint64_t checksum(const unsigned char *bytes, size_t size) {
    uint64_t lanes[4] = {1, 2, 3, 4}, sum = size;
    for (size_t i = 0; i < size / 8; i++) {
        uint64_t word;
        memcpy(&word, bytes + i * 8, sizeof word);
        lanes[i % 4] = rotated((lanes[i % 4] ^ word) * UINT64_C(0x9e3779b97f4a7c15));
    }
    for (size_t i = 0; i < 4; i++)
        sum = portable_mix(sum, lanes[i]);
    return sum;
}

static uint64_t checksum_of(const unsigned char *bytes, size_t size) {
    size_t from = offsetof(struct head, size);
    return checksum(bytes + from, size - from);
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static const struct words *list_of(const struct recipe *recipe, enum list list) {
    const struct words *const lists[LISTS] = {
        &recipe->targets, &recipe->groups, &recipe->places, &recipe->unique,
        &recipe->called,  &recipe->tls,    &recipe->odd,    &recipe->relatives->runs,
    };
    return lists[list];
}

static void put(struct packed *packed, const void *bytes, size_t size) {
    if (size > 0)
        memcpy(packed->bytes + packed->size, bytes, size);
    packed->size += aligned(size);
}

static size_t size_of(const struct recipe *recipe, const struct description *description) {
    size_t size = sizeof(struct head) + description->count * sizeof(uint64_t);
    for (enum list i = 0; i < LISTS; i++)
        size += aligned(list_of(recipe, i)->count * sizes[i]);
    return size + recipe->relatives->count * sizeof(uint64_t);
}

static bool name_hosts(struct target *targets, size_t count) {
    bool named = true;
    for (size_t i = 0; i < count; i++)
        if (targets[i].base == BASE_HOST) {
            targets[i].host = portable_image((struct image *)targets[i].host);
            named &= targets[i].host != 0;
        }
    return named;
}

/* Makes size and checksum right. */
void packed_seal(struct packed *packed) {
    if (packed->size < sizeof(struct head))
        return;
    uint64_t size = packed->size;
    memcpy(packed->bytes + offsetof(struct head, size), &size, sizeof size);
    uint64_t sum = checksum_of(packed->bytes, packed->size);
    memcpy(packed->bytes + offsetof(struct head, checksum), &sum, sizeof sum);
}

/* RECIPE, which has relatives, in memory that the caller frees.  false: it cannot be written down.
 */
bool packed_make(const struct recipe *recipe, const struct description *description,
                 struct packed *packed) {
    const struct relatives *relatives = recipe->relatives;
    size_t size = size_of(recipe, description);
    struct head head = {.magic = magic,
                        .headers = recipe->headers,
                        .host = recipe->host ? portable_host() : 0,
                        .words = description->count,
                        .in_place = relatives->in_place,
                        .first = relatives->first,
                        .end = relatives->end,
                        .bits = relatives->count};
    *packed = (struct packed){.bytes = calloc(1, size)};
    if (packed->bytes == NULL || recipe->is_local || (recipe->host != 0 && head.host == 0))
        return false;
    for (enum list i = 0; i < LISTS; i++)
        head.counts[i] = list_of(recipe, i)->count;
    put(packed, &head, sizeof head);
    put(packed, description->words, description->count * sizeof(uint64_t));
    struct target *targets = (struct target *)(packed->bytes + packed->size);
    for (enum list i = 0; i < LISTS; i++)
        put(packed, list_of(recipe, i)->list, list_of(recipe, i)->count * sizes[i]);
    put(packed, relatives->bits, relatives->count * sizeof(uint64_t));
    if (!name_hosts(targets, recipe->targets.count))
        return false;
    packed_seal(packed);
    return true;
}

/* ---- reading ----------------------------------------------------------------------------------
 */

struct reading {
    const struct image *image;
    unsigned char *at;
    size_t left;
    uintptr_t low, high; /* a writable range known to be good, counted from the image's base */
    struct image *targets[TARGETS_MAX];
    struct recipe *recipe;
};

/* The next COUNT elements of SIZE bytes; NULL: there are not as many. */
static void *take(struct reading *r, uint64_t count, size_t size) {
    void *list = r->at;
    if (count > r->left / size || aligned(count * size) > r->left)
        return NULL;
    r->at += aligned(count * size);
    r->left -= aligned(count * size);
    return list;
}

/* Whether relocations may write SIZE bytes at PLACE. */
static bool may_write(struct reading *r, uint64_t place, size_t size) {
    if (LIKELY(place >= r->low && place < r->high && size <= r->high - place))
        return true;
    const struct image *image = r->image;
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W) || place < ph->p_vaddr ||
            place - ph->p_vaddr >= ph->p_memsz)
            continue;
        r->low = ph->p_vaddr;
        r->high = ph->p_vaddr + ph->p_memsz;
        return size <= r->high - place;
    }
    return false;
}

static bool find_target(struct reading *r, struct target *target, struct image **found) {
    if (target->base == BASE_HOST) {
        *found = host_with_identity(target->host);
        target->host = (uintptr_t)*found;
    } else if (target->base == BASE_SCOPE && !replay_sees(r->image, target)) {
        return false;
    } else {
        *found = replay_target((struct image *)r->image, target);
    }
    bool is_image = target->base <= BASE_HOST;
    return target->base <= BASE_NONE && target->is_bound <= is_image &&
           is_image == (*found != NULL);
}

static bool check_targets(struct reading *r) {
    struct words *targets = &r->recipe->targets;
    if (targets->count > TARGETS_MAX)
        return false;
    for (size_t i = 0; i < targets->count; i++)
        if (!find_target(r, (struct target *)targets->list + i, &r->targets[i]))
            return false;
    return true;
}

static bool check_groups(struct reading *r) {
    const struct recipe *recipe = r->recipe;
    const struct group *groups = recipe->groups.list;
    const uint32_t *places = recipe->places.list;
    size_t count = 0;
    for (size_t i = 0; i < recipe->groups.count; i++) {
        if (groups[i].target >= recipe->targets.count)
            return false;
        count += groups[i].count;
    }
    for (size_t i = 0; i < recipe->places.count; i++)
        if (!may_write(r, places[i], 8))
            return false;
    return count == recipe->places.count;
}

static bool check_unique(struct reading *r) {
    const struct unique_word *words = r->recipe->unique.list;
    for (size_t i = 0; i < r->recipe->unique.count; i++) {
        const struct unique_word *word = &words[i];
        const struct image *image =
            word->target < r->recipe->targets.count ? r->targets[word->target] : NULL;
        if (image == NULL || image->space != r->image->space || !may_write(r, word->place, 8) ||
            word->symbol >= image->dynamic.symbol_count ||
            word->name >= image->dynamic.strings_size)
            return false;
    }
    return true;
}

static bool check_called(struct reading *r) {
    const struct called_word *words = r->recipe->called.list;
    const struct target *targets = r->recipe->targets.list;
    for (size_t i = 0; i < r->recipe->called.count; i++) {
        const struct called_word *word = &words[i];
        if (word->target >= r->recipe->targets.count || !may_write(r, word->place, 8))
            return false;
        const struct image *image = r->targets[word->target];
        bool in_text = image != NULL && image->space == NULL &&
                       map_covers(image, image->map.l_addr + word->function, 1, PF_X);
        if (word->is_shim ? targets[word->target].base != BASE_CORE : !in_text)
            return false;
    }
    return true;
}

static bool check_tls(struct reading *r) {
    const struct tls_word *words = r->recipe->tls.list;
    const struct target *targets = r->recipe->targets.list;
    for (size_t i = 0; i < r->recipe->tls.count; i++) {
        struct relocation_row row = relocation_row(words[i].type);
        if (row.kind != RELOC_TLS || words[i].target >= r->recipe->targets.count ||
            targets[words[i].target].base == BASE_CORE || !may_write(r, words[i].place, row.size))
            return false;
    }
    return true;
}

static bool check_odd(struct reading *r) {
    const uint32_t *numbers = r->recipe->odd.list;
    for (size_t i = 0; i < r->recipe->odd.count; i++)
        if (numbers[i] >= r->image->dynamic.rela_count + r->image->dynamic.plt_count)
            return false;
    return true;
}

static bool check_bits(struct reading *r, const struct relatives *relatives) {
    for (size_t i = 0; i < relatives->count; i++) {
        uint64_t at = relatives->first + i * 512;
        if (relatives->bits[i] == 0 || may_write(r, at, 512))
            continue;
        for (uint64_t bits = relatives->bits[i]; bits != 0; bits &= bits - 1)
            if (!may_write(r, at + 8 * (unsigned)__builtin_ctzll(bits), 8))
                return false;
    }
    return true;
}

static bool check_runs(const struct relatives *relatives) {
    const struct run *runs = relatives->runs.list;
    size_t pages = (relatives->count + 7) / 8, next = 0;
    for (size_t i = 0; i < relatives->runs.count; i++) {
        if (runs[i].first < next || runs[i].first >= pages || runs[i].count > pages - runs[i].first)
            return false;
        next = runs[i].first + runs[i].count;
    }
    return true;
}

static bool read_relatives(struct reading *r, const struct head *head, const void *runs) {
    const uint64_t *bits = take(r, head->bits, sizeof *bits);
    struct relatives *relatives = relatives_new(r->image);
    r->recipe->relatives = relatives;
    if (relatives == NULL || bits == NULL || head->in_place > 1 ||
        head->first != relatives->first || head->end != relatives->end ||
        head->bits != relatives->count)
        return false;
    size_t size = head->counts[RUNS] * sizeof(struct run);
    relatives->in_place = head->in_place;
    memcpy(relatives->bits, bits, relatives->count * sizeof *bits);
    relatives->runs = (struct words){malloc(size + 1), head->counts[RUNS], head->counts[RUNS]};
    if (relatives->runs.list == NULL)
        return false;
    memcpy(relatives->runs.list, runs, size);
    return check_runs(relatives) && check_bits(r, relatives);
}

static bool read_lists(struct reading *r, const struct head *head) {
    struct recipe *recipe = r->recipe;
    struct words runs, *const lists[LISTS] = {
                           &recipe->targets, &recipe->groups, &recipe->places, &recipe->unique,
                           &recipe->called,  &recipe->tls,    &recipe->odd,    &runs,
                       };
    for (enum list i = 0; i < LISTS; i++) {
        *lists[i] = (struct words){take(r, head->counts[i], sizes[i]), head->counts[i], 0};
        if (lists[i]->list == NULL)
            return false;
    }
    return check_targets(r) && check_groups(r) && check_unique(r) && check_called(r) &&
           check_tls(r) && check_odd(r) && read_relatives(r, head, runs.list) && r->left == 0;
}

/* Whether HEAD is of a recipe that holds for the image. */
static bool check_head(const struct reading *r, const struct head *head) {
    return head->magic == magic && head->size == r->left + sizeof *head &&
           head->checksum == checksum_of(r->at - sizeof *head, head->size) &&
           head->headers == recipe_headers(r->image) &&
           (head->host == 0 || head->host == portable_host());
}

static bool check_description(struct reading *r, const struct head *head,
                              const struct description *description) {
    const uint64_t *words = take(r, head->words, sizeof *words);
    return words != NULL && head->words == description->count &&
           memcmp(words, description->words, head->words * sizeof *words) == 0;
}

/* The recipe for IMAGE, held once, that PACKED is, whose bytes it takes; NULL: it is none.
 * GENERATION: of the host as it is. */
struct recipe *packed_read(struct packed packed, const struct description *description,
                           struct image *image, unsigned long long generation) {
    struct recipe *recipe = calloc(1, sizeof *recipe);
    struct head head;
    if (recipe == NULL || packed.size < sizeof head) {
        free(recipe);
        free(packed.bytes);
        return NULL;
    }
    memcpy(&head, packed.bytes, sizeof head);
    *recipe = (struct recipe){.kept = {.holders = 1, .free = recipe_free}, .block = packed.bytes};
    struct reading r = {.image = image,
                        .at = packed.bytes + sizeof head,
                        .left = packed.size - sizeof head,
                        .recipe = recipe};
    if (check_head(&r, &head) && check_description(&r, &head, description) &&
        read_lists(&r, &head)) {
        recipe->headers = head.headers;
        recipe->host = head.host ? generation + 1 : 0;
        recipe->kept.size = sizeof *recipe + packed.size + relatives_size(image);
        return recipe;
    }
    recipe_free(&recipe->kept);
    return NULL;
}
