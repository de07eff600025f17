/* prelinked.c - pages relocated beforehand, for the address at which the copy will be.
 *
 * The kernel's own paging then does the rest: a page is read from the file when it is touched, and
 * copied when it is written.  A file holds for one address only.  Here it is in memory and made a
 * moment before; a loader would keep it on disk, and would have to come to the same address. */
#include "way.h"

#include <sys/mman.h>
#include <unistd.h>

static const char *begin(void) { return NULL; }

static void prepare(struct copy *copy) {
    char page[PAGE];
    copy->made = memfd_create("prelinked", MFD_CLOEXEC);
    for (size_t i = 0; i < copy->library->pages; i++) {
        copy_fill(copy, i, page);
        require(write(copy->made, page, PAGE) == PAGE, "write");
    }
}

static void open_prelinked(struct copy *copy) {
    const struct library *library = copy->library;
    checked(mmap(copy->data, library->pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
                 copy->made, 0),
            "mmap");
    close(copy->made);
    mprotect(copy->data, library->relro_pages * PAGE, PROT_READ);
}

const struct way prelinked_ways[] = {{"prelinked", begin, prepare, open_prelinked, NULL}, {0}};
