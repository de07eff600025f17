/* crowd.c - as many spaces of one library as asked, at once, and what they take.
 *
 * usage: crowd FILE SPACES
 *
 * Tells how many were opened; in how many an exception was thrown and caught, the last one among
 * them; the mappings of each, rounded down, since the core's own tables take some as well; and how
 * many of the file's are left when all are closed.  Then, on stderr, time and memory. */
#include "isolde.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SAMPLES = 50 };

/* Lines of /proc/self/maps; with NAME only those of that file. */
static long count_mappings(const char *name) {
    char line[4400];
    long count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL)
        count += name == NULL || strstr(line, name) != NULL;
    if (maps != NULL)
        fclose(maps);
    return count;
}

static long dirty_kib(void) {
    char line[256];
    long kib = 0;
    FILE *rollup = fopen("/proc/self/smaps_rollup", "r");
    while (rollup != NULL && fgets(line, sizeof line, rollup) != NULL)
        sscanf(line, "Private_Dirty: %ld", &kib);
    if (rollup != NULL)
        fclose(rollup);
    return kib;
}

static double now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int caught_in(void *handle, int number) {
    int (*function)(int) = (int (*)(int))isolde_dlsym(handle, "throw_and_catch");
    return function ? function(number) : -1;
}

static void *open_one(isolde_space **space, const char *file) {
    *space = isolde_space_new(NULL, NULL);
    void *handle = isolde_dlopen(*space, file, RTLD_NOW);
    if (handle == NULL)
        printf("%s\n", isolde_dlerror());
    return handle;
}

/* What is worked out once is, and what the process takes once is taken. */
static void warm_up(const char *file) {
    isolde_space *spaces[4];
    for (int i = 0; i < 4; i++) {
        void *handle = open_one(&spaces[i], file);
        if (handle == NULL || caught_in(handle, i) != 1)
            exit(1);
    }
    for (int i = 0; i < 4; i++)
        isolde_space_close(spaces[i]);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times, int count) {
    qsort(times, (size_t)count, sizeof *times, by_value);
    return times[count / 2];
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    const char *file = argv[1];
    int count = atoi(argv[2]), opened = 0, right = 0, closed = 0;
    isolde_space **spaces = calloc((size_t)count, sizeof *spaces);
    void **handles = calloc((size_t)count, sizeof *handles);
    double *opens = calloc((size_t)count, sizeof *opens);
    double *closes = calloc((size_t)count, sizeof *closes);
    warm_up(file);
    long before = count_mappings(NULL), dirty = dirty_kib();
    for (; opened < count; opened++) {
        double start = now_us();
        handles[opened] = open_one(&spaces[opened], file);
        opens[opened] = now_us() - start;
        if (handles[opened] == NULL)
            break;
    }
    if (opened == 0)
        return 1;
    long during = count_mappings(NULL);
    long kib = dirty_kib() - dirty;
    for (int i = opened - 1; i >= 0; i -= 97)
        right += caught_in(handles[i], i) == 1;
    for (int i = opened - 1; i >= 0; i--) {
        double start = now_us();
        closed += isolde_space_close(spaces[i]) == 0;
        closes[i] = now_us() - start;
    }
    printf("opened %d, caught in %d of %d, mappings each %ld, closed %d, left %zu, of files %ld\n",
           opened, right, (opened + 96) / 97, (during - before) / opened, closed,
           isolde_spaces(NULL, 0), count_mappings(strrchr(file, '/') + 1));
    if (opened >= 4 * SAMPLES)
        fprintf(stderr,
                "open: %.1f us the early ones, %.1f the last; close: %.1f the last, %.1f the "
                "early ones; %.1f KiB and %.2f mappings a space\n",
                median(opens + 10, SAMPLES), median(opens + opened - SAMPLES, SAMPLES),
                median(closes + opened - SAMPLES, SAMPLES), median(closes + 10, SAMPLES),
                (double)kib / opened, (double)(during - before) / opened);
}
