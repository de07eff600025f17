/* mappings.c - the budget of /proc/sys/vm/max_map_count.
 *
 * When the kernel's table of mappings is full, the next mmap fails wherever it happens to be, and
 * inside glibc that is often an abort ("cannot allocate memory for thread-local data: ABORT").  So
 * an open that would come near the limit is refused beforehand, while there is room to say so.
 * Counting /proc/self/maps costs time in proportion to it; it is done once in a while and our own
 * mappings are added in between.  Mostly not even that: a mapping has at least one page, so a
 * process that has few pages of address space, which /proc/self/statm tells at once, has no more
 * mappings than that. */
#include "loader.h"

#include <fcntl.h>
#include <unistd.h>

#ifndef LIMIT_PATH /* a test names another */
#define LIMIT_PATH "/proc/sys/vm/max_map_count"
#endif

enum { HEADROOM = 1024, RECOUNT_LATEST = 4096, RECOUNT_SOONEST = HEADROOM / 2 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long limit = 65530; /* the kernel's default */
static long counted;       /* at the last count, or more than that */
static long since;         /* mappings of ours made or returned since then */
static long allowance;     /* how far `since` may go before counting again */

void mappings_lock(void) { pthread_mutex_lock(&lock); }
void mappings_unlock(void) { pthread_mutex_unlock(&lock); }

/* The number that the file PATH begins with, or -1. */
static long read_number(const char *path) {
    char text[32];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    long number = size > 0 ? 0 : -1;
    for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

static long count_lines(void) {
    static char buffer[4096]; /* the kernel gives a page at a time */
    long lines = 0;
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;)
        for (ssize_t i = 0; i < n; i++)
            lines += buffer[i] == '\n';
    close(fd);
    return lines;
}

/* The number of mappings, or more than that where the limit is far; -1: not known. */
static long count_or_bound(void) {
    long pages = read_number("/proc/self/statm");
    return pages > 0 && pages + HEADROOM + 2 * RECOUNT_LATEST < limit ? pages : count_lines();
}

/* Count again when our own changes could have used half of what was left, so that neither a full
 * table is overlooked nor every open pays for the count: ours are always known, and what others add
 * meanwhile is what the headroom is for. */
static void recount(void) {
    long most = count_or_bound();
    counted = most < 0 ? counted + since : most;
    since = 0;
    long left = limit - HEADROOM - counted;
    allowance = left / 2 < RECOUNT_LATEST ? left / 2 : RECOUNT_LATEST;
    allowance = allowance > RECOUNT_SOONEST ? allowance : RECOUNT_SOONEST;
}

/* When the library is loaded, because later /proc may be out of the process's reach; and before an
 * open is refused. */
void mappings_start(void) {
    long value = read_number(LIMIT_PATH);
    if (value > 0)
        limit = value;
}

static bool has_room(unsigned count) { return counted + since + (long)count + HEADROOM <= limit; }

int mappings_reserve(unsigned count, const char *file) {
    mappings_lock();
    if (counted == 0 || since + (long)count > allowance)
        recount();
    bool fits = has_room(count);
    if (!fits) { /* others may have given back some, or the limit may have been raised */
        mappings_start();
        recount();
        fits = has_room(count);
    }
    long used = counted + since;
    if (fits)
        since += count;
    mappings_unlock();
    if (fits)
        return 0;
    error_set(ISOLDE_EMEMORY, &(struct error_detail){.file = file},
              "%s: the process's table of mappings is nearly full: %ld of vm.max_map_count=%ld are "
              "used and %d are kept for libc; close spaces, or raise it with "
              "`sysctl -w vm.max_map_count=%ld`",
              file, used, limit, HEADROOM, limit * 4);
    return -1;
}

void mappings_return(unsigned count) {
    mappings_lock();
    since -= count;
    mappings_unlock();
}
