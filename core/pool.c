/* pool.c - slots for images and spaces.
 *
 * A slot is reused but its memory is never given back.  Two things rest on that: a stale pointer
 * read without a lock (a counted call racing with a close) still points at a slot whose `live` and
 * `closing` can be read, and any pointer whatsoever can be checked for being a handle without
 * dereferencing it, because chunks are registered in the address table. */
#include "loader.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(struct image) <= IMAGE_SLOT, "an image fits its slot");
_Static_assert(sizeof(struct isolde_space) <= SPACE_SLOT, "a space fits its slot");

/* Of the same chunks both kinds are taken: a process that makes one space needs no second. */
enum { SPACES = 24, IMAGES = 41 };
struct chunk {
    char spaces[SPACES][SPACE_SLOT];
    char images[IMAGES][IMAGE_SLOT];
};
_Static_assert(sizeof(struct chunk) <= GRANULE, "a chunk is what one owner marks");

struct free_slot {
    struct free_slot *next;
};

/* The slots of a chunk are taken one after the other, so that no page is touched before it is
 * needed. */
struct pool {
    size_t slot_size, offset, count; /* of a slot; of the first in a chunk; of those in a chunk */
    struct free_slot *free;
    struct chunk *chunk; /* of which nobody has had ... */
    size_t next;         /* ... the slots from here on */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct pool images = {IMAGE_SLOT, offsetof(struct chunk, images), IMAGES, NULL, NULL, 0};
static struct pool spaces = {SPACE_SLOT, offsetof(struct chunk, spaces), SPACES, NULL, NULL, 0};
static struct chunk *newest;

void pool_lock(void) { pthread_mutex_lock(&lock); }
void pool_unlock(void) { pthread_mutex_unlock(&lock); }

/* Goes on with the newest chunk, which may be one more. */
static int pool_extend(struct pool *pool) {
    if (pool->chunk == newest) {
        struct chunk *chunk = addresses_map_chunk(OWNER_SLOTS);
        if (chunk == NULL)
            return -1;
        newest = chunk;
    }
    pool->chunk = newest;
    pool->next = 0;
    return 0;
}

/* NULL: out of memory. */
static void *slot_find(struct pool *pool) {
    struct free_slot *slot = pool->free;
    if (slot != NULL) {
        pool->free = slot->next;
        return slot;
    }
    if ((pool->chunk == NULL || pool->next == pool->count) && pool_extend(pool) < 0)
        return NULL;
    return (char *)pool->chunk + pool->offset + pool->slot_size * pool->next++;
}

static void *slot_take(struct pool *pool) {
    pthread_mutex_lock(&lock);
    void *slot = slot_find(pool);
    pthread_mutex_unlock(&lock);
    if (slot == NULL)
        error_set(ISOLDE_EMEMORY, NULL, "out of memory for the loader's own tables");
    return slot;
}

static void slot_give(struct pool *pool, void *memory) {
    struct free_slot *slot = memory;
    pthread_mutex_lock(&lock);
    slot->next = pool->free;
    pool->free = slot;
    pthread_mutex_unlock(&lock);
}

/* HANDLE as a slot of POOL, or NULL where it is anything else. */
static const void *slot_check(const void *handle, const struct pool *pool) {
    const char *chunk = addresses_chunk((uintptr_t)handle, OWNER_SLOTS);
    size_t offset = (size_t)((const char *)handle - chunk) - pool->offset;
    bool inside = chunk != NULL && offset < pool->count * pool->slot_size;
    return inside && offset % pool->slot_size == 0 ? handle : NULL;
}

struct image *image_slot_new(void) {
    struct image *image = slot_take(&images);
    if (image != NULL)
        memset(image, 0, IMAGE_SLOT);
    return image;
}

void image_slot_free(struct image *image) {
    image->live = 0;
    slot_give(&images, image);
}

bool slot_was_ours(const void *handle) {
    return slot_check(handle, &images) != NULL || slot_check(handle, &spaces) != NULL;
}

struct image *image_check(const void *handle) {
    const struct image *image = slot_check(handle, &images);
    return image != NULL && image->live ? (struct image *)image : NULL;
}

/* The counters of a space survive its reuse (see above), so they are not cleared here. */
struct isolde_space *space_slot_new(void) {
    return slot_take(&spaces);
}

void space_slot_free(struct isolde_space *space) {
    space->live = 0;
    slot_give(&spaces, space);
}

struct isolde_space *space_check(const void *handle) {
    const struct isolde_space *space = slot_check(handle, &spaces);
    return space != NULL && space->live ? (struct isolde_space *)space : NULL;
}
