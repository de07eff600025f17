/* callers.c - functions that know which image calls them.
 *
 * What dlopen means depends on who calls it.  glibc looks at the return address; but a function
 * that ends in `return dlopen(...)` is compiled as a jump, and then the return address is its
 * caller's, which may be the host.  So each image is bound to an entry of its own, which passes the
 * image as one more argument and jumps on:
 *
 *     mov  image(%rip), %rdx      (the register behind the function's own arguments)
 *     jmp  *target(%rip)
 *
 * The code is written a page at a time; entries differ only in their cells. */
#include "loader.h"

#include <string.h>
#include <sys/mman.h>

enum { ENTRIES = 1024, CODE_SIZE = 16, KINDS = 3, PER_PAGE = (int)PAGE_SIZE / CODE_SIZE };

struct entry {
    void *target;
    struct image *image;
    struct entry *next; /* of the image's, or of the unused ones */
};

struct entry_chunk {
    unsigned char code[ENTRIES][CODE_SIZE]; /* read and executed */
    size_t written;                         /* so many entries, whole pages, have code */
    struct entry entries[ENTRIES];          /* read and written */
};
_Static_assert(sizeof(struct entry_chunk) <= GRANULE, "a chunk is what one owner marks");
_Static_assert(ENTRIES *CODE_SIZE % PAGE_SIZE == 0, "code and cells have pages of their own");

/* Entries of kind 0, 1 and 2 pass the image as argument 2, 3 and 4 (of those from 0).  The first is
 * wanted most. */
static const unsigned char kinds[] = {0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0};
static const unsigned char loads[KINDS][3] = {
    {0x48, 0x8b, 0x15}, {0x48, 0x8b, 0x0d}, {0x4c, 0x8b, 0x05}};

/* All guarded by the pool's lock. */
static struct entry_chunk *newest;
static struct {
    struct entry *unused;      /* those that images have given back */
    struct entry_chunk *chunk; /* of which nobody has had ... */
    size_t next;               /* ... those from here on, so that no page is touched too early */
} stock[KINDS];

static unsigned kind_of(size_t index) { return kinds[index % sizeof kinds]; }

static struct entry_chunk *chunk_of(const struct entry *entry) {
    return (struct entry_chunk *)((uintptr_t)entry & ~(GRANULE - 1));
}

static size_t index_of(const struct entry *entry) {
    return (size_t)(entry - chunk_of(entry)->entries);
}

static uintptr_t code_of(const struct entry *entry) {
    return (uintptr_t)chunk_of(entry)->code[index_of(entry)];
}

static int32_t distance(const void *from, const void *to) {
    return (int32_t)((const char *)to - (const char *)from);
}

static void write_code(struct entry_chunk *chunk, size_t index) {
    unsigned char *code = chunk->code[index];
    const struct entry *entry = &chunk->entries[index];
    int32_t image = distance(code + 7, &entry->image), target = distance(code + 13, &entry->target);
    memset(code, 0xcc, CODE_SIZE); /* int3 */
    memcpy(code, loads[kind_of(index)], 3);
    memcpy(code + 3, &image, 4);
    code[7] = 0xff;
    code[8] = 0x25;
    memcpy(code + 9, &target, 4);
}

/* The code of one more page. */
static int write_page(struct entry_chunk *chunk) {
    size_t first = chunk->written;
    for (size_t i = first; i < first + PER_PAGE; i++)
        write_code(chunk, i);
    if (mprotect(chunk->code[first], PAGE_SIZE, PROT_READ | PROT_EXEC) < 0)
        return -1;
    chunk->written += PER_PAGE;
    return 0;
}

/* Goes on with the newest chunk, which may be one more. */
static int next_chunk(unsigned kind) {
    if (stock[kind].chunk == newest) {
        struct entry_chunk *chunk = addresses_map_chunk(OWNER_ENTRIES);
        if (chunk == NULL)
            return -1;
        newest = chunk;
    }
    stock[kind].chunk = newest;
    stock[kind].next = 0;
    return 0;
}

/* The first of this kind from INDEX on; ENTRIES: none. */
static size_t next_of_kind(size_t index, unsigned kind) {
    while (index < ENTRIES && kind_of(index) != kind)
        index++;
    return index;
}

/* One that nobody has had; NULL: out of memory. */
static struct entry *take_fresh(unsigned kind) {
    size_t i = next_of_kind(stock[kind].next, kind);
    if (stock[kind].chunk == NULL || i == ENTRIES) {
        if (next_chunk(kind) < 0)
            return NULL;
        i = next_of_kind(0, kind);
    }
    struct entry_chunk *chunk = stock[kind].chunk;
    if (i >= chunk->written && write_page(chunk) < 0)
        return NULL;
    stock[kind].next = i + 1;
    return &chunk->entries[i];
}

static struct entry *find_entry(const struct image *image, const void *function) {
    struct entry *entry = image->entries;
    while (entry != NULL && entry->target != function)
        entry = entry->next;
    return entry;
}

static struct entry *add_entry(struct image *image, void *function, unsigned kind) {
    struct entry *entry = stock[kind].unused;
    if (entry != NULL)
        stock[kind].unused = entry->next;
    else if ((entry = take_fresh(kind)) == NULL)
        return NULL;
    entry->image = image;
    entry->target = function;
    entry->next = image->entries;
    image->entries = entry;
    return entry;
}

/* IMAGE's own entry to FUNCTION, which takes the image as argument POSITION (2 to 4, from 0).
 * 0: out of memory.  IMAGE's space need not be locked: a dlsym asks on behalf of another's. */
uintptr_t caller_entry(struct image *image, void *function, unsigned position) {
    pool_lock();
    struct entry *entry = find_entry(image, function);
    if (entry == NULL)
        entry = add_entry(image, function, position - 2);
    pool_unlock();
    if (entry != NULL)
        return code_of(entry);
    error_set(ISOLDE_EMEMORY, NULL, "out of memory for the entries of %s", image->map.l_name);
    return 0;
}

void *caller_entry_target(uintptr_t address) {
    const struct entry_chunk *chunk = addresses_chunk(address, OWNER_ENTRIES);
    size_t offset = address - (uintptr_t)chunk;
    return chunk != NULL && offset < sizeof chunk->code ? chunk->entries[offset / CODE_SIZE].target
                                                        : NULL;
}

void caller_entries_free(struct image *image) {
    pool_lock();
    for (struct entry *entry = image->entries, *next; entry != NULL; entry = next) {
        unsigned kind = kind_of(index_of(entry));
        next = entry->next;
        entry->next = stock[kind].unused;
        stock[kind].unused = entry;
    }
    pool_unlock();
    image->entries = NULL;
}
