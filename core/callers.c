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
 * The code is written once for a whole chunk; entries differ only in their cells. */
#include "loader.h"

#include <string.h>
#include <sys/mman.h>

enum { ENTRIES = 1024, CODE_SIZE = 16 };

struct entry {
    void *target;
    struct image *image;
    struct entry *next; /* of the image's, or of the unused ones */
    void *code;
};

struct entry_chunk {
    unsigned char code[ENTRIES][CODE_SIZE]; /* read and executed */
    struct entry entries[ENTRIES];          /* read and written */
};
_Static_assert(sizeof(struct entry_chunk) <= GRANULE, "a chunk is what one owner marks");
_Static_assert(ENTRIES *CODE_SIZE % PAGE_SIZE == 0, "code and cells have pages of their own");

/* How many entries of a chunk pass the image as argument 2, 3 and 4 (of those from 0). */
static const unsigned shares[] = {768, 192, 64};
static const unsigned char loads[][3] = {
    {0x48, 0x8b, 0x15}, {0x48, 0x8b, 0x0d}, {0x4c, 0x8b, 0x05}};
static struct entry *unused[3]; /* guarded by the pool's lock */

static int32_t distance(const void *from, const void *to) {
    return (int32_t)((const char *)to - (const char *)from);
}

static void write_entry(unsigned char *code, struct entry *entry, unsigned kind) {
    int32_t image = distance(code + 7, &entry->image), target = distance(code + 13, &entry->target);
    memset(code, 0xcc, CODE_SIZE); /* int3 */
    memcpy(code, loads[kind], 3);
    memcpy(code + 3, &image, 4);
    code[7] = 0xff;
    code[8] = 0x25;
    memcpy(code + 9, &target, 4);
    entry->code = code;
    entry->next = unused[kind];
    unused[kind] = entry;
}

static int add_chunk(void) {
    struct entry_chunk *chunk = addresses_map_chunk(OWNER_ENTRIES);
    if (chunk == NULL)
        return -1;
    struct entry *before[3];
    memcpy(before, unused, sizeof before);
    for (unsigned kind = 0, i = 0; kind < 3; kind++)
        for (unsigned end = i + shares[kind]; i < end; i++)
            write_entry(chunk->code[i], &chunk->entries[i], kind);
    if (mprotect(chunk->code, sizeof chunk->code, PROT_READ | PROT_EXEC) == 0)
        return 0;
    memcpy(unused, before, sizeof unused);
    return -1;
}

static struct entry *find_entry(const struct image *image, const void *function) {
    struct entry *entry = image->entries;
    while (entry != NULL && entry->target != function)
        entry = entry->next;
    return entry;
}

static struct entry *add_entry(struct image *image, void *function, unsigned kind) {
    struct entry *entry = unused[kind] == NULL && add_chunk() < 0 ? NULL : unused[kind];
    if (entry == NULL)
        return NULL;
    unused[kind] = entry->next;
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
        return (uintptr_t)entry->code;
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
        unsigned kind = 0; /* told by the instruction */
        while (memcmp(entry->code, loads[kind], 3) != 0)
            kind++;
        next = entry->next;
        entry->next = unused[kind];
        unused[kind] = entry;
    }
    pool_unlock();
    image->entries = NULL;
}
