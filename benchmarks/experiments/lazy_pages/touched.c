/* touched.c - which writable pages of a library a program touches.
 *
 * Becomes a shared library that is initialised before all others (DF_1_INITFIRST): the library in
 * question, $LIBRARY_TO_WATCH, is relocated then, and none of its constructors has run.  Its
 * writable pages are put aside, and each comes back when it is first touched, whoever touches it:
 * the program, libc, ld.so or the kernel. */
#include "library.h"

#include <fcntl.h>
#include <link.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct library library;
static char *data, *aside;
static bool *is_touched;
static int uffd;

void print_touched(const char *phase);

static int find_data(struct dl_phdr_info *info, size_t size, void *unused) {
    struct stat wanted, found;
    (void)size, (void)unused;
    if (fstat(library.fd, &wanted) < 0 || stat(info->dlpi_name, &found) < 0 ||
        wanted.st_ino != found.st_ino || wanted.st_dev != found.st_dev)
        return 0;
    data = (char *)info->dlpi_addr + library.data;
    return 1;
}

static void *serve(void *unused) {
    struct uffd_msg message;
    (void)unused;
    while (read(uffd, &message, sizeof message) == sizeof message) {
        size_t page = (size_t)((char *)(uintptr_t)message.arg.pagefault.address - data) / PAGE;
        struct uffdio_copy copy = {.dst = (uintptr_t)data + page * PAGE,
                                   .src = (uintptr_t)aside + page * PAGE,
                                   .len = PAGE};
        is_touched[page] = true;
        ioctl(uffd, UFFDIO_COPY, &copy);
    }
    return NULL;
}

static void put_aside(void) {
    size_t size = library.pages * PAGE;
    int writable = PROT_READ | PROT_WRITE, private = MAP_PRIVATE | MAP_ANONYMOUS;
    aside = checked(mmap(NULL, size, writable, private, -1, 0), "mmap");
    memcpy(aside, data, size);
    checked(mmap(data, size, writable, private | MAP_FIXED, -1, 0), "mmap");
    struct uffdio_register wanted = {.range = {(uintptr_t)data, size},
                                     .mode = UFFDIO_REGISTER_MODE_MISSING};
    require(ioctl(uffd, UFFDIO_REGISTER, &wanted) == 0, "UFFDIO_REGISTER");
    mprotect(data, library.relro_pages * PAGE, PROT_READ);
}

__attribute__((constructor)) static void watch(void) {
    const char *path = getenv("LIBRARY_TO_WATCH");
    struct uffdio_api api = {.api = UFFD_API};
    pthread_t thread;
    uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
    if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) < 0) {
        printf("refused\tuserfaultfd: %m\n");
        exit(0);
    }
    library_read(&library, path);
    require(dl_iterate_phdr(find_data, NULL) == 1, path);
    is_touched = calloc(library.pages, sizeof *is_touched);
    put_aside();
    require(pthread_create(&thread, NULL, serve, NULL) == 0, "pthread_create");
}

/* How many pages one would have had made that makes each with its fifteen neighbours. */
static size_t count_in_blocks(void) {
    size_t count = 0;
    for (size_t start = 0, end; start < library.pages; start = end) {
        end = start + 16 < library.pages ? start + 16 : library.pages;
        bool any = false;
        for (size_t page = start; page < end; page++)
            any = any || is_touched[page];
        count += any ? end - start : 0;
    }
    return count;
}

static bool is_changed(size_t page) {
    return is_touched[page] && memcmp(data + page * PAGE, aside + page * PAGE, PAGE) != 0;
}

/* Phase; touched and all of: pages that relocations write, those of them in relro, the others; all
 * that are touched; of these, those whose content has changed; those that are in blocks with them.
 */
void print_touched(const char *phase) {
    size_t all[3] = {0}, touched[3] = {0}, changed = 0;
    for (size_t page = 0; page < library.pages; page++) {
        bool relocated = library.first[page + 1] > library.first[page];
        bool relro = relocated && page < library.relro_pages;
        int kind = relocated ? 0 : 2;
        all[kind]++;
        all[1] += relro;
        touched[kind] += is_touched[page];
        touched[1] += relro && is_touched[page];
        changed += is_changed(page);
    }
    printf("%s", phase);
    for (int i = 0; i < 3; i++)
        printf("\t%zu\t%zu", touched[i], all[i]);
    printf("\t%zu\t%zu\t%zu\n", touched[0] + touched[2], changed, count_in_blocks());
    fflush(stdout);
}
