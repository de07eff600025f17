/* addresses.c - which image is at an address.
 *
 * Asked for every frame of every throw, for the caller of every dl* function and for every counted
 * call, so it must cost the same with one image and with ten thousand, and must need no lock.
 * Images are mapped on 64 KiB boundaries; a two-level table indexed by the address gives the owner
 * of a granule in two loads.  Rejected: a sorted array (a copy per open: the 10,000th open copies
 * 240 kB), glibc's own list (linear). */
#include "loader.h"

#include <sys/mman.h>

enum { LEAF_BITS = 16, TOP_BITS = 15 }; /* 16 + 15 + 16 bits of granule: 47 bits of user space */

typedef _Atomic(void *) cell;
static _Atomic(cell *) top[1 << TOP_BITS];

/* Where the next mapping is asked to be: just below the previous one, or in the hole that one left
 * above it.  So opening and closing over and over does not wander through memory, which would touch
 * ever new pages of the table, and the kernel mostly gives a place on a boundary. */
static _Atomic uintptr_t lowest;

/* The place for SIZE bytes; 0: any. */
uintptr_t addresses_hint(size_t size, size_t alignment) {
    uintptr_t above = atomic_load(&lowest);
    return above > size ? (above - size) & ~(alignment - 1) : 0;
}

void addresses_taken(uintptr_t start) { atomic_store(&lowest, start); }

void addresses_given_back(uintptr_t end) {
    uintptr_t above = atomic_load(&lowest);
    while (end > above && !atomic_compare_exchange_weak(&lowest, &above, end))
        ;
}

static cell *leaf_for(uintptr_t granule) {
    _Atomic(cell *) *place = &top[granule >> LEAF_BITS];
    cell *leaf = atomic_load_explicit(place, memory_order_acquire);
    if (leaf != NULL)
        return leaf;
    size_t size = sizeof(cell) << LEAF_BITS;
    void *fresh = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (fresh == MAP_FAILED)
        return NULL;
    if (atomic_compare_exchange_strong(place, &leaf, fresh)) {
        if ((uintptr_t)fresh < atomic_load(&lowest))
            addresses_taken((uintptr_t)fresh);
        return fresh;
    }
    munmap(fresh, size);
    return leaf;
}

static int addresses_set(uintptr_t start, uintptr_t end, void *owner) {
    for (uintptr_t granule = start / GRANULE; granule < (end + GRANULE - 1) / GRANULE; granule++) {
        cell *leaf = granule >> (LEAF_BITS + TOP_BITS) ? NULL : leaf_for(granule);
        if (leaf == NULL)
            return -1;
        atomic_store_explicit(&leaf[granule & ((1 << LEAF_BITS) - 1)], owner, memory_order_release);
    }
    return 0;
}

static void *addresses_get(uintptr_t address) {
    uintptr_t granule = address / GRANULE;
    if (granule >> (LEAF_BITS + TOP_BITS))
        return NULL;
    cell *leaf = atomic_load_explicit(&top[granule >> LEAF_BITS], memory_order_acquire);
    if (leaf == NULL)
        return NULL;
    return atomic_load_explicit(&leaf[granule & ((1 << LEAF_BITS) - 1)], memory_order_acquire);
}

int addresses_add(struct image *image) {
    if (addresses_set(image->start, image->end, image) == 0)
        return 0;
    error_set(ISOLDE_EMEMORY, NULL, "out of memory for the table of addresses");
    return -1;
}

void addresses_remove(struct image *image) { addresses_set(image->start, image->end, NULL); }

struct image *addresses_find(uintptr_t address) {
    struct image *image = addresses_get(address);
    if (image == NULL || ((uintptr_t)image & OWNER_TAGS))
        return NULL;
    return address >= image->start && address < image->end ? image : NULL;
}

struct image *addresses_in_the_way(uintptr_t start, uintptr_t end) {
    for (uintptr_t at = start & ~(GRANULE - 1); at < end; at += GRANULE) {
        struct image *image = addresses_get(at);
        if (image != NULL && !((uintptr_t)image & OWNER_TAGS))
            return image;
    }
    return NULL;
}

static char *map_at(uintptr_t hint, size_t size) {
    void *at = mmap((void *)hint, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

static char *map_and_trim(void) {
    char *memory = map_at(0, 2 * GRANULE);
    if (memory == NULL)
        return NULL;
    size_t before = -(uintptr_t)memory % GRANULE;
    if (before > 0)
        munmap(memory, before);
    munmap(memory + before + GRANULE, GRANULE - before);
    return memory + before;
}

/* A granule on its boundary, or NULL. */
static char *map_granule(void) {
    uintptr_t hint = addresses_hint(GRANULE, GRANULE);
    char *memory = hint ? map_at(hint, GRANULE) : NULL;
    if (memory != NULL && (uintptr_t)memory % GRANULE == 0)
        return memory;
    if (memory != NULL)
        munmap(memory, GRANULE);
    return map_and_trim();
}

/* A granule of the core's own, readable and writable, for things that must be found by address:
 * slots of handles, code that is jumped through.  NULL: out of memory. */
void *addresses_map_chunk(unsigned tag) {
    char *chunk = map_granule();
    uintptr_t at = (uintptr_t)chunk;
    if (chunk == NULL)
        return NULL;
    addresses_taken(at);
    if (addresses_set(at, at + GRANULE, (void *)(at | tag)) == 0)
        return chunk;
    munmap(chunk, GRANULE);
    return NULL;
}

/* The chunk of this tag that ADDRESS lies in, or NULL. */
void *addresses_chunk(uintptr_t address, unsigned tag) {
    uintptr_t owner = (uintptr_t)addresses_get(address);
    return (owner & OWNER_TAGS) == tag ? (void *)(owner - tag) : NULL;
}
