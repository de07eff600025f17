/* heap.c - the memory of one interpreter, so that all of it can be given back.
 *
 * CPython leaves blocks behind when it ends: interned strings, static types' caches, whatever an
 * extension module keeps in its globals.  In a process that ends nobody minds; here it would be a
 * leak a cycle.  So a guest's raw allocator puts a header before each block, and its arena
 * allocator keeps arenas in the same ring; pymalloc's small objects live in arenas, its large ones
 * are raw blocks.  Once no code of the guest can run any more, what is left in the ring is freed.
 *
 * Blocks and arenas are few next to the objects in them, and nearly always asked for in the GIL:
 * the lock is hardly ever waited for, so it is one exchange, a third of a mutex's time. */
#include "guest.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void heap_lock(struct heap *heap) {
    while (atomic_exchange_explicit(&heap->locked, true, memory_order_acquire))
        sched_yield();
}

void heap_unlock(struct heap *heap) {
    atomic_store_explicit(&heap->locked, false, memory_order_release);
}

static void add(struct heap *heap, struct heap_block *ring, struct heap_block *block) {
    heap_lock(heap);
    block->next = ring->next;
    block->previous = ring;
    block->next->previous = ring->next = block;
    heap_unlock(heap);
}

static void cut(struct heap *heap, struct heap_block *block) {
    heap_lock(heap);
    block->next->previous = block->previous;
    block->previous->next = block->next;
    heap_unlock(heap);
}

static void *keep(struct heap *heap, struct heap_block *block) {
    if (block == NULL)
        return NULL;
    add(heap, &heap->blocks, block);
    return block + 1;
}

static struct heap_block *let_go(struct heap *heap, void *memory) {
    struct heap_block *block = (struct heap_block *)memory - 1;
    cut(heap, block);
    return block;
}

static void *heap_malloc(void *heap, size_t size) {
    if (size > PTRDIFF_MAX - sizeof(struct heap_block))
        return NULL;
    return keep(heap, malloc(sizeof(struct heap_block) + size));
}

static void *heap_calloc(void *heap, size_t count, size_t size) {
    size_t all;
    if (__builtin_mul_overflow(count, size, &all) || all > PTRDIFF_MAX - sizeof(struct heap_block))
        return NULL;
    return keep(heap, calloc(1, sizeof(struct heap_block) + all));
}

static void *heap_realloc(void *heap, void *memory, size_t size) {
    if (memory == NULL)
        return heap_malloc(heap, size);
    if (size > PTRDIFF_MAX - sizeof(struct heap_block))
        return NULL;
    struct heap_block *old = let_go(heap, memory);
    struct heap_block *block = realloc(old, sizeof *block + size);
    if (block != NULL)
        return keep(heap, block);
    keep(heap, old);
    return NULL;
}

static void heap_release(void *heap, void *memory) {
    if (memory != NULL)
        free(let_go(heap, memory));
}

/* An arena begins one page behind its header: pymalloc wants whole pages. */
enum { HEADER_PAGE = 4096 };
struct arena {
    struct heap_block block;
    size_t size;
};

static void *arena_alloc(void *data, size_t size) {
    struct heap *heap = data;
    size_t all = size + HEADER_PAGE;
    struct arena *arena =
        mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (arena == MAP_FAILED)
        return NULL;
    arena->size = all;
    add(heap, &heap->arenas, &arena->block);
    return (char *)arena + HEADER_PAGE;
}

static void arena_free(void *data, void *memory, size_t size) {
    struct arena *arena = (struct arena *)((char *)memory - HEADER_PAGE);
    (void)size;
    cut(data, &arena->block);
    munmap(arena, arena->size);
}

static void make_ring(struct heap_block *ring) { ring->next = ring->previous = ring; }

struct heap *heap_new(void) {
    struct heap *heap = malloc(sizeof *heap);
    if (heap == NULL)
        return NULL;
    atomic_init(&heap->locked, false);
    make_ring(&heap->blocks);
    make_ring(&heap->arenas);
    return heap;
}

/* Before the interpreter's first allocation. */
void heap_install(struct heap *heap, const struct python *python) {
    struct py_raw_allocator raw = {heap, heap_malloc, heap_calloc, heap_realloc, heap_release};
    struct py_arena_allocator arenas = {heap, arena_alloc, arena_free};
    python->PyMem_SetAllocator(PY_DOMAIN_RAW, &raw);
    python->PyObject_SetArenaAllocator(&arenas);
}

/* Nobody can use a block of it any more. */
static void give_back(struct heap *heap) {
    struct heap_block *block, *next;
    for (block = heap->blocks.next; block != &heap->blocks; block = next) {
        next = block->next;
        free(block);
    }
    for (block = heap->arenas.next; block != &heap->arenas; block = next) {
        next = block->next;
        munmap(block, ((struct arena *)block)->size);
    }
    free(heap);
}

/* Taken in the host's GIL only: no child of a fork that can go on with Python finds it locked. */
static pthread_mutex_t left_lock = PTHREAD_MUTEX_INITIALIZER;
static struct heap *left;

/* Its interpreter has ended.  Its space may still be there, for a thread that has not: then the
 * memory is given back by a later interpreter's end. */
void heap_leave(struct heap *heap, const void *code) {
    heap->code = code;
    pthread_mutex_lock(&left_lock);
    heap->next = left;
    left = heap;
    for (struct heap **link = &left; *link != NULL;) {
        struct heap *each = *link;
        if (isolde_space_of(each->code) != NULL) {
            link = &each->next;
            continue;
        }
        *link = each->next;
        give_back(each);
    }
    pthread_mutex_unlock(&left_lock);
}
