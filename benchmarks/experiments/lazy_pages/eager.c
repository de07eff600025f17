/* eager.c - the peers: all pages are there, and relocated, before the open is over. */
#include "way.h"

#include <string.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static void seal(const struct copy *copy) {
    mprotect(copy->data, copy->library->relro_pages * PAGE, PROT_READ);
}

static void map_data(const struct copy *copy) {
    const struct library *library = copy->library;
    checked(mmap(copy->data, library->pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
                 library->fd, library->data_offset),
            "mmap");
}

/* What the file's last page holds after the segment is not the segment's. */
static void clear_tail(const struct copy *copy) {
    const struct segment *last = &copy->library->segments[copy->library->segment_count - 1];
    char *end = copy->base + last->address + last->file_size;
    memset(end, 0, -(uintptr_t)end % PAGE);
}

static const char *begin(void) { return NULL; }

static void by_faults(struct copy *copy) {
    map_data(copy);
    copy_relocate(copy, 0, copy->library->pages);
    clear_tail(copy);
    seal(copy);
}

void eager_populated(struct copy *copy) {
    const struct library *library = copy->library;
    map_data(copy);
    for (size_t page = 0, next; page < library->pages; page = next) {
        next = page + 1;
        if (library->first[page + 1] == library->first[page])
            continue;
        while (next < library->pages && next < page + 32 &&
               library->first[next + 1] > library->first[next])
            next++;
        madvise(copy->data + page * PAGE, (next - page) * PAGE, MADV_POPULATE_WRITE);
        copy_relocate(copy, page, next - page);
    }
    clear_tail(copy);
    seal(copy);
}

const struct way eager_ways[] = {
    {"populated", begin, NULL, eager_populated, NULL},
    {"by faults", begin, NULL, by_faults, NULL},
    {0},
};
