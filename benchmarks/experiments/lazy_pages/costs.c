/* costs.c - what a copy of a library's writable pages costs, by one way and eagerly, alternately.
 *
 * usage: costs WAY LIBRARY ROUNDS
 *
 * Prints a line for each figure: name, unit, its samples' median by that way, and eagerly.  If the
 * kernel refuses the way: "refused", and why.  Times are processor time of all threads; "latency"
 * is on the clock, of one touch. */
#include "way.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIVE = 8, ROUNDS_MAX = 1000 };

static struct library library;
static volatile char sink;

static double now_us(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct samples {
    double list[ROUNDS_MAX];
    size_t count;
};

static void note(struct samples *samples, double value) { samples->list[samples->count++] = value; }

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(struct samples *samples) {
    qsort(samples->list, samples->count, sizeof *samples->list, by_size);
    return samples->list[samples->count / 2];
}

static void print(const char *name, const char *unit, double ours, double peer) {
    printf("%s\t%s\t%.2f\t%.2f\n", name, unit, ours, peer);
}

struct figures {
    struct samples open, touch, latency, write, close;
};

static bool is_relocated(size_t page) { return library.first[page + 1] > library.first[page]; }

/* Touches each STEPth page that has relocations; returns how many. */
static size_t touch(const struct copy *copy, size_t step, struct samples *latency) {
    size_t touched = 0;
    for (size_t page = 0; page < library.pages; page++) {
        if (!is_relocated(page) || page % step != 0)
            continue;
        double start = now_us(CLOCK_MONOTONIC);
        sink = copy->data[page * PAGE + 64];
        if (latency != NULL && page % 16 == 0 && latency->count < ROUNDS_MAX)
            note(latency, now_us(CLOCK_MONOTONIC) - start);
        touched++;
    }
    return touched;
}

/* Returns the time it took. */
static double open_copy(const struct way *way, struct copy *copy) {
    double start = now_us(CLOCK_PROCESS_CPUTIME_ID);
    copy_map(copy, &library);
    copies_add(copy);
    double taken = now_us(CLOCK_PROCESS_CPUTIME_ID) - start;
    if (way->prepare != NULL)
        way->prepare(copy);
    start = now_us(CLOCK_PROCESS_CPUTIME_ID);
    way->open(copy);
    return taken + now_us(CLOCK_PROCESS_CPUTIME_ID) - start;
}

static void close_copy(struct copy *copy) {
    copies_remove(copy);
    copy_unmap(copy);
}

/* Returns the time for a page. */
static double write_variables(const struct copy *copy) {
    size_t first = library.relro_pages;
    double start = now_us(CLOCK_PROCESS_CPUTIME_ID);
    for (size_t page = first; page < library.pages; page++) {
        volatile char *at = copy->data + page * PAGE + 64;
        *at = *at;
    }
    return (now_us(CLOCK_PROCESS_CPUTIME_ID) - start) / (double)(library.pages - first);
}

/* The copy stays: a page that was given back a moment ago would be cheaper than a new one. */
static void measure(const struct way *way, struct copy *copy, struct figures *figures) {
    note(&figures->open, open_copy(way, copy));
    double opened = now_us(CLOCK_PROCESS_CPUTIME_ID);
    size_t pages = touch(copy, 1, &figures->latency);
    double touched = now_us(CLOCK_PROCESS_CPUTIME_ID);
    require(copy_is_right(copy), "a page is not what it should be");
    note(&figures->touch, (touched - opened) / (double)pages);
    note(&figures->write, write_variables(copy));
}

static void measure_close(struct copy *copy, struct figures *figures) {
    double start = now_us(CLOCK_PROCESS_CPUTIME_ID);
    close_copy(copy);
    note(&figures->close, now_us(CLOCK_PROCESS_CPUTIME_ID) - start);
}

static void measure_alternately(const struct way *way, int rounds) {
    static struct copy copies[2][ROUNDS_MAX];
    static struct figures ours, peer;
    for (int i = 0; i < rounds * 2; i++)
        if ((i + i / 2) % 2 == 0)
            measure(way, &copies[0][i / 2], &ours);
        else
            measure(&eager_ways[0], &copies[1][i / 2], &peer);
    for (int i = 0; i < rounds; i++) {
        measure_close(&copies[0][i], &ours);
        measure_close(&copies[1][i], &peer);
    }
    print("open", "us", median(&ours.open), median(&peer.open));
    print("first touch of a page", "us", median(&ours.touch), median(&peer.touch));
    print("first write to a page", "us", median(&ours.write), median(&peer.write));
    print("latency of a touch", "us", median(&ours.latency), median(&peer.latency));
    print("close, all touched", "us", median(&ours.close), median(&peer.close));
}

static double private_kib(void) {
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    char line[200];
    double kib = 0;
    require(file != NULL, "smaps_rollup");
    while (fgets(line, sizeof line, file) != NULL)
        sscanf(line, "Private_Dirty: %lf", &kib);
    fclose(file);
    return kib;
}

static double mappings(void) {
    FILE *file = fopen("/proc/self/maps", "re");
    char line[5000];
    double count = 0;
    require(file != NULL, "maps");
    while (fgets(line, sizeof line, file) != NULL)
        count++;
    fclose(file);
    return count;
}

/* Of one copy: KiB idle, KiB touched, mappings idle, mappings with every other page touched. */
static void weigh(const struct way *way, double result[4]) {
    static struct copy copies[LIVE + 1];
    double kib = 0, lines = 0;
    for (int i = 0; i <= LIVE; i++) {
        if (i == 1) { /* the first took what is taken once */
            kib = private_kib();
            lines = mappings();
        }
        open_copy(way, &copies[i]);
    }
    result[0] = (private_kib() - kib) / LIVE;
    result[2] = (mappings() - lines) / LIVE;
    for (int i = 1; i <= LIVE; i++)
        touch(&copies[i], 2, NULL);
    result[3] = (mappings() - lines) / LIVE;
    for (int i = 1; i <= LIVE; i++)
        touch(&copies[i], 1, NULL);
    result[1] = (private_kib() - kib) / LIVE;
    for (int i = 0; i <= LIVE; i++)
        close_copy(&copies[i]);
}

/* What a child pays to have the pages of COUNT idle copies relocated there, too. */
static double mend_us(const struct way *way, size_t count) {
    struct copy *copies = calloc(count, sizeof *copies);
    int ends[2];
    double taken = -1;
    for (size_t i = 0; i < count; i++)
        open_copy(way, &copies[i]);
    require(pipe(ends) == 0, "pipe");
    fflush(stdout);
    if (fork() == 0) {
        double start = now_us(CLOCK_THREAD_CPUTIME_ID);
        way->forked(copies_first());
        taken = now_us(CLOCK_THREAD_CPUTIME_ID) - start;
        require(copy_is_right(&copies[0]), "a page of a child");
        _exit(write(ends[1], &taken, sizeof taken) != sizeof taken);
    }
    require(read(ends[0], &taken, sizeof taken) == sizeof taken, "the child");
    wait(NULL);
    for (size_t i = 0; i < count; i++)
        close_copy(&copies[i]);
    free(copies);
    return taken;
}

int main(int argc, char **argv) {
    double own[4], other[4];
    size_t relocated, alike;
    int rounds = argc == 4 ? atoi(argv[3]) : 0;
    const struct way *way = rounds > 0 && rounds <= ROUNDS_MAX ? way_named(argv[1]) : NULL;
    if (way == NULL)
        return 2;
    library_read(&library, argv[2]);
    const char *refusal = way->begin();
    if (refusal != NULL) {
        printf("refused\t%s\n", refusal);
        return 0;
    }
    measure_alternately(way, rounds);
    library_count(&library, &relocated, &alike);
    print("pages alike in all copies, of those relocated", "", (double)alike, (double)relocated);
    weigh(way, own);
    weigh(&eager_ways[0], other);
    print("private, idle", "KiB", own[0], other[0]);
    print("private, all touched", "KiB", own[1], other[1]);
    print("mappings, idle", "", own[2], other[2]);
    print("mappings, every other page touched", "", own[3], other[3]);
    if (way->forked != NULL)
        print("a child of fork, 100 idle copies", "us", mend_us(way, 100), 0);
    return 0;
}
