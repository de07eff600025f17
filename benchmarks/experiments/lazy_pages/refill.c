/* refill.c - all pages at once, as eagerly, but of memory that is cheaper to come by.
 *
 * Anonymous memory with the file's content copied into it, in pages and in large folios; what the
 * kernel has just got back from a copy that was closed; and the very pages of a closed copy, moved
 * to where they are needed. */
#include "way.h"

#include <string.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static char *pool; /* the pages of a copy that was closed */

static const char *begin(void) { return NULL; }

static void seal(const struct copy *copy) {
    mprotect(copy->data, copy->library->relro_pages * PAGE, PROT_READ);
}

static void write_from(const struct copy *copy, size_t page) {
    const struct library *library = copy->library;
    size_t size = (library->pages - page) * PAGE;
    memcpy(copy->data + page * PAGE, library->content + page * PAGE, size);
    copy_relocate(copy, 0, library->pages);
    seal(copy);
}

static void open_anonymous(const struct copy *copy, int advice) {
    size_t size = copy->library->pages * PAGE;
    checked(mmap(copy->data, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                 -1, 0),
            "mmap");
    if (advice != 0)
        madvise(copy->data, size, advice);
    madvise(copy->data, size, MADV_POPULATE_WRITE);
    write_from(copy, 0);
}

static void anonymous(struct copy *copy) { open_anonymous(copy, 0); }
static void in_folios(struct copy *copy) { open_anonymous(copy, MADV_HUGEPAGE); }

static void close_another(struct copy *copy) {
    struct copy other = {0};
    copy_map(&other, copy->library);
    eager_populated(&other);
    copy_unmap(&other);
}

/* As a close would leave them, at an address of their own. */
static void leave_pages(struct copy *copy) {
    struct copy other = {0};
    size_t size = copy->library->pages * PAGE;
    copy_map(&other, copy->library);
    open_anonymous(&other, 0);
    mprotect(other.data, size, PROT_READ | PROT_WRITE);
    pool =
        checked(mremap(other.data, size, size, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL), "mremap");
    copy_unmap(&other);
}

static void take_pages(const struct copy *copy) {
    size_t size = copy->library->pages * PAGE;
    checked(mremap(pool, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, copy->data), "mremap");
}

static void recycled(struct copy *copy) {
    take_pages(copy);
    write_from(copy, 0);
}

/* What is read-only after relocation differs in its addresses alone, and these are written again.
 */
static void recycled_relro(struct copy *copy) {
    take_pages(copy);
    write_from(copy, copy->library->relro_pages);
}

const struct way refill_ways[] = {
    {"anonymous", begin, NULL, anonymous, NULL},
    {"anonymous, large folios", begin, NULL, in_folios, NULL},
    {"after a close", begin, close_another, eager_populated, NULL},
    {"recycled", begin, leave_pages, recycled, NULL},
    {"recycled, relro as it was", begin, leave_pages, recycled_relro, NULL},
    {0},
};
