/* relatives.c - the words of an image that become its base plus something, whoever opens it.
 *
 * Linkers mostly write the something where it belongs, too (GNU ld always does; RELR consists of
 * it): then one bit for each word says all that an entry of 24 bytes in DT_RELA does.  Whether the
 * file at hand was made so is looked at, word for word, before anything is written.
 *
 * It is done in the second open of a file, not in the first: most files are opened once. */
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

enum { SPAN_MAX = 256 << 20 /* bytes */, RUN_PAGES = 32, BITS_A_PAGE = PAGE_SIZE / 512 };

/* What the file has of the writable segments, and what is between them; from a page on. */
struct span {
    uint64_t low, high; /* counted from the image's base */
};

static struct span find_span(const struct image *image) {
    struct span span = {UINT64_MAX, 0};
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W) || ph->p_filesz == 0)
            continue;
        if (PAGE_DOWN(ph->p_vaddr) < span.low)
            span.low = PAGE_DOWN(ph->p_vaddr);
        if (ph->p_vaddr + ph->p_filesz > span.high)
            span.high = ph->p_vaddr + ph->p_filesz;
    }
    return span.high == 0 ? (struct span){0, 0} : span;
}

static void free_relatives(struct kept *kept) {
    struct relatives *relatives = (struct relatives *)kept;
    free(relatives->runs.list);
    free(relatives);
}

static size_t bits_of(struct span span) { return (span.high - span.low + 511) / 512; }

static size_t size_of(struct span span) {
    return sizeof(struct relatives) + bits_of(span) * sizeof(uint64_t);
}

/* What relatives_read will take, in bytes. */
size_t relatives_size(const struct image *image) { return size_of(find_span(image)); }

/* None yet of IMAGE's.  NULL: it cannot be packed, or out of memory. */
struct relatives *relatives_new(const struct image *image) {
    struct span span = find_span(image);
    size_t size = size_of(span);
    if (span.high > UINT32_MAX || span.high - span.low > SPAN_MAX)
        return NULL;
    struct relatives *relatives = calloc(1, size);
    if (relatives == NULL)
        return NULL;
    relatives->kept = (struct kept){.holders = 1, .size = size, .free = free_relatives};
    relatives->in_place = relatives->is_whole = true;
    relatives->first = (uint32_t)span.low;
    relatives->end = (uint32_t)span.high;
    relatives->count = bits_of(span);
    return relatives;
}

/* A place that is not plainly one of these words is left to the tables. */
static void note(struct relatives *relatives, uint64_t place, bool in_place) {
    uint64_t at = place - relatives->first;
    if (UNLIKELY(place < relatives->first || place > relatives->end || relatives->end - place < 8 ||
                 at % 8 != 0)) {
        relatives->is_whole = false;
        return;
    }
    uint64_t *bits = &relatives->bits[at / 512], bit = UINT64_C(1) << (at / 8 % 64);
    relatives->in_place &= in_place && !(*bits & bit);
    *bits |= bit;
}

/* Sets all bits of an element at once. */
static void set(struct relatives *relatives, size_t element, uint64_t bits, bool in_place) {
    relatives->in_place &= in_place && !(relatives->bits[element] & bits);
    relatives->bits[element] |= bits;
}

/* Those of relative relocations from R on, as far as they are and lie where relatives may; they are
 * mostly in the order of addresses.  Returns where that ends. */
static const ElfW(Rela) * note_run(struct relatives *relatives, const struct image *image,
                                   const ElfW(Rela) * r, const ElfW(Rela) * end) {
    uint64_t size = relatives->end - relatives->first, bits = 0, twice = 0, differs = 0;
    const char *words = (const char *)(image->map.l_addr + relatives->first);
    size_t element = 0;
    for (; r < end && r->r_info == ELF64_R_INFO(0, R_X86_64_RELATIVE); r++) {
        uint64_t at = r->r_offset - relatives->first, word;
        if (at >= size || size - at < 8 || at % 8 != 0)
            break;
        if (at / 512 != element) {
            set(relatives, element, bits, (twice | differs) == 0);
            bits = 0;
            element = at / 512;
        }
        uint64_t bit = UINT64_C(1) << (at / 8 % 64);
        memcpy(&word, words + at, sizeof word);
        differs |= word ^ (uint64_t)r->r_addend;
        twice |= bits & bit;
        bits |= bit;
    }
    if (bits != 0)
        set(relatives, element, bits, (twice | differs) == 0);
    return r;
}

static void note_rela(struct relatives *relatives, const struct image *image, const ElfW(Rela) * r,
                      size_t count, bool lazily) {
    const ElfW(Rela) *end = r + count;
    while ((r = note_run(relatives, image, r, end)) < end) {
        uint32_t type = ELF64_R_TYPE(r->r_info);
        if (type == R_X86_64_RELATIVE || type == R_X86_64_RELATIVE64)
            note(relatives, r->r_offset, false);
        else if (lazily && type == R_X86_64_JUMP_SLOT)
            note(relatives, r->r_offset, true);
        r++;
    }
}

static void note_relr(struct relatives *relatives, const struct dynamic *d) {
    uint64_t next = 0;
    for (size_t i = 0; i < d->relr_count; i++) {
        uint64_t entry = d->relr[i], bits = entry & 1 ? entry >> 1 : 1;
        uint64_t at = entry & 1 ? next : entry;
        next = entry & 1 ? next + 63 * 8 : at + 8;
        for (; bits != 0; bits >>= 1, at += 8)
            if (bits & 1)
                note(relatives, at, true);
    }
}

/* Of IMAGE, which nothing has been written to yet.  NULL: as above. */
struct relatives *relatives_read(const struct image *image, bool lazily) {
    const struct dynamic *d = &image->dynamic;
    struct relatives *relatives = relatives_new(image);
    if (relatives == NULL)
        return NULL;
    note_relr(relatives, d);
    note_rela(relatives, image, d->rela, d->rela_count, false);
    note_rela(relatives, image, d->plt, d->plt_count, lazily);
    return relatives;
}

/* ---- the words of a recipe beside them --------------------------------------------------------
 */

struct marks {
    struct relatives *relatives;
    uint64_t *bits;
    bool twice;
};

static void mark(struct marks *marks, uint64_t place, size_t size) {
    const struct relatives *relatives = marks->relatives;
    if (UNLIKELY(place < relatives->first || place > relatives->end ||
                 size > relatives->end - place)) {
        marks->twice = true; /* in memory that the file has nothing of: not known */
        return;
    }
    uint64_t at = place - relatives->first;
    for (uint64_t word = at / 8; word <= (at + size - 1) / 8; word++) {
        uint64_t bit = UINT64_C(1) << (word % 64);
        marks->twice |= (marks->bits[word / 64] & bit) != 0;
        marks->bits[word / 64] |= bit;
    }
}

static void mark_odd(struct marks *marks, const struct image *image, const struct words *odd) {
    const uint32_t *numbers = odd->list;
    for (size_t i = 0; i < odd->count; i++) {
        const ElfW(Rela) *r = relocation_numbered(image, numbers[i]);
        size_t size = relocation_row(ELF64_R_TYPE(r->r_info)).size;
        if (size > 0)
            mark(marks, r->r_offset, size);
    }
}

static void mark_all(struct marks *marks, const struct image *image, const struct recipe *recipe) {
    const uint32_t *places = recipe->places.list;
    const struct unique_word *unique = recipe->unique.list;
    const struct called_word *called = recipe->called.list;
    const struct tls_word *tls = recipe->tls.list;
    for (size_t i = 0; i < recipe->places.count; i++)
        mark(marks, places[i], 8);
    for (size_t i = 0; i < recipe->unique.count; i++)
        mark(marks, unique[i].place, 8);
    for (size_t i = 0; i < recipe->called.count; i++)
        mark(marks, called[i].place, 8);
    for (size_t i = 0; i < recipe->tls.count; i++)
        mark(marks, tls[i].place, relocation_row(tls[i].type).size);
    mark_odd(marks, image, &recipe->odd);
}

static bool page_written(const struct marks *marks, size_t page) {
    const struct relatives *relatives = marks->relatives;
    for (size_t i = page * BITS_A_PAGE; i < (page + 1) * BITS_A_PAGE && i < relatives->count; i++)
        if ((relatives->bits[i] | marks->bits[i]) != 0)
            return true;
    return false;
}

static bool find_runs(const struct marks *marks, struct words *runs) {
    size_t pages = (marks->relatives->count + BITS_A_PAGE - 1) / BITS_A_PAGE;
    struct run *run = NULL;
    for (size_t page = 0; page < pages; page++) {
        if (!page_written(marks, page)) {
            run = NULL;
        } else if (run != NULL) {
            run->count++;
        } else {
            struct run *list = array_grow(runs->list, runs->count, &runs->capacity, sizeof *list);
            if (list == NULL)
                return false;
            runs->list = list;
            run = &list[runs->count++];
            *run = (struct run){(uint32_t)page, 1};
        }
    }
    return true;
}

/* Finds the pages that RECIPE and RELATIVES write together; false: they cannot be applied one after
 * the other, because a word is written twice. */
bool relatives_join(struct relatives *relatives, const struct image *image,
                    const struct recipe *recipe) {
    struct marks marks = {relatives, calloc(relatives->count + 1, sizeof(uint64_t)), false};
    if (marks.bits == NULL)
        return false;
    mark_all(&marks, image, recipe);
    for (size_t i = 0; i < relatives->count; i++)
        marks.twice |= (relatives->bits[i] & marks.bits[i]) != 0;
    bool joined = relatives->is_whole && !marks.twice && find_runs(&marks, &relatives->runs);
    free(marks.bits);
    return joined;
}

static void free_runs(struct kept *kept) { free(kept); }

/* NULL: out of memory. */
struct runs *relatives_runs(const struct relatives *relatives, const struct image *image) {
    const struct run *list = relatives->runs.list;
    size_t size = sizeof(struct runs) + relatives->runs.count * sizeof *list;
    struct runs *runs = malloc(size);
    if (runs == NULL)
        return NULL;
    runs->kept = (struct kept){.holders = 1, .size = size, .free = free_runs};
    runs->count = relatives->runs.count;
    uintptr_t low = image->start - image->map.l_addr;
    for (size_t i = 0; i < runs->count; i++) {
        uint32_t first = list[i].first + (uint32_t)((relatives->first - low) / PAGE_SIZE);
        runs->list[i] = (struct run){first, list[i].count};
    }
    return runs;
}

/* ---- writing ----------------------------------------------------------------------------------
 */

/* 64 words at once where all of them are meant, else those whose bits are set. */
static void add_base(uint64_t *words, uint64_t bits, uint64_t base) {
    if (bits == UINT64_MAX) {
        for (int i = 0; i < 64; i++)
            words[i] += base;
        return;
    }
    for (; bits != 0; bits &= bits - 1)
        words[__builtin_ctzll(bits)] += base;
}

static void apply_to(const struct relatives *relatives, const struct image *image, struct run run) {
    uint64_t *words = (uint64_t *)(image->map.l_addr + relatives->first);
    size_t end = ((size_t)run.first + run.count) * BITS_A_PAGE;
    if (end > relatives->count)
        end = relatives->count;
    for (size_t i = (size_t)run.first * BITS_A_PAGE; i < end; i++)
        if (relatives->bits[i] != 0)
            add_base(words + i * 64, relatives->bits[i], image->map.l_addr);
}

/* Makes the pages of IMAGE present that are written, unless they are FILLED, and where they are
 * IN_PLACE, writes the words: some pages at a time, since what was just copied is still near. */
void relatives_apply(const struct relatives *relatives, struct image *image, bool filled) {
    uintptr_t start = image->map.l_addr + relatives->first;
    const struct run *runs = relatives->runs.list;
    for (size_t i = 0; i < relatives->runs.count; i++) {
        struct run rest = runs[i];
        while (rest.count > 0) {
            struct run run = {rest.first, rest.count < RUN_PAGES ? rest.count : RUN_PAGES};
            uintptr_t from = start + run.first * PAGE_SIZE;
            if (!filled)
                map_fill(image, from, from + run.count * PAGE_SIZE);
            if (relatives->in_place)
                apply_to(relatives, image, run);
            rest = (struct run){rest.first + run.count, rest.count - run.count};
        }
    }
    if (!filled)
        map_fill(image, image->end, image->end);
}
