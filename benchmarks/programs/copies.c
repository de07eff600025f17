/* copies.c - copies of a library, by one way of making them, and what each thing done costs.
 *
 * usage: copies WAY LIBRARY FUNCTION
 *
 * Each line on standard input asks for one thing and is answered by a line:
 *
 *     open N     N more copies, each ready to call: FUNCTION found in it and called once
 *     close N    the last N are given back
 *     call N     FUNCTION called N times in the copy in the middle
 *     dlsym N    FUNCTION looked up N times there
 *     throw N    throw_many(N) called there
 *     memory     KiB that all copies and this process keep from others
 *     mappings   lines of /proc/self/maps
 *
 *     COUNT<tab>PROCESSOR<tab>CLOCK<tab>REASON
 *
 * COUNT is how many were done (with `memory` and `mappings` the figure itself), PROCESSOR the mean
 * processor time of one in ns, of this process and of a copy that is a process, CLOCK the mean time
 * on the clock, REASON why fewer were done than asked for.
 *
 * Compiled with THROUGH_ISOLDE it makes spaces; compiled without, it has nothing of Isolde in it
 * and makes what the peers make. */
#include "bench.h"
#include "proc.h"
#include "ways.h"

#include <string.h>
#include <sys/resource.h>

static struct copy *copies;
static int count, capacity;

static double clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static struct copy *middle(void) { return count > 0 ? &copies[count / 2] : NULL; }

static struct copy *new_copy(void) {
    if (count == capacity) {
        capacity = capacity ? 2 * capacity : 1024;
        copies = require(realloc(copies, (size_t)capacity * sizeof *copies), "realloc", NULL);
    }
    memset(&copies[count], 0, sizeof *copies);
    return &copies[count];
}

static int open_some(const struct way *way, int wanted, const char **reason) {
    for (int done = 0; done < wanted; done++) {
        *reason = way->open(new_copy());
        if (*reason != NULL)
            return done;
        count++;
    }
    return wanted;
}

static int close_some(const struct way *way, int wanted) {
    int done = 0;
    for (; done < wanted && count > 0; done++)
        way->close(&copies[--count]);
    return done;
}

static int call_some(const struct way *way, int wanted) {
    struct copy *copy = middle();
    for (int i = 0; copy != NULL && i < wanted; i++)
        way->call(copy);
    return copy != NULL ? wanted : 0;
}

static int look_up_some(const struct way *way, int wanted) {
    struct copy *copy = middle();
    if (copy == NULL || way->look_up == NULL)
        return 0;
    for (int i = 0; i < wanted; i++)
        require(way->look_up(copy, function_name), function_name, "not found");
    return wanted;
}

static int throw_some(const struct way *way, int wanted) {
    struct copy *copy = middle();
    void *found = copy != NULL && way->look_up ? way->look_up(copy, "throw_many") : NULL;
    if (found == NULL)
        return 0;
    ((void (*)(int))found)(wanted);
    return wanted;
}

/* KiB that process PID alone has written, and its page tables. */
static double process_kib(const char *pid) {
    char rollup[64], status[64];
    snprintf(rollup, sizeof rollup, "/proc/%s/smaps_rollup", pid);
    snprintf(status, sizeof status, "/proc/%s/status", pid);
    return value_in(rollup, "Pss_Anon: %lf kB") + value_in(status, "VmPTE: %lf kB");
}

static double memory_kib(void) {
    double kib = process_kib("self");
    for (int i = 0; i < count; i++) {
        char pid[16];
        snprintf(pid, sizeof pid, "%d", (int)copies[i].pid);
        kib += copies[i].file_kib + (copies[i].pid > 0 ? process_kib(pid) : 0);
    }
    return kib;
}

static void answer(const struct way *way, const char *word, int wanted) {
    const char *reason = NULL;
    double done = 0, processor = now_ns() + children_ns, clock = clock_ns();
    if (strcmp(word, "open") == 0)
        done = open_some(way, wanted, &reason);
    else if (strcmp(word, "close") == 0)
        done = close_some(way, wanted);
    else if (strcmp(word, "call") == 0)
        done = call_some(way, wanted);
    else if (strcmp(word, "dlsym") == 0)
        done = look_up_some(way, wanted);
    else if (strcmp(word, "throw") == 0)
        done = throw_some(way, wanted);
    else if (strcmp(word, "memory") == 0)
        done = memory_kib();
    else if (strcmp(word, "mappings") == 0)
        done = mapping_count();
    clock = clock_ns() - clock;
    processor = now_ns() + children_ns - processor;
    double each = done > 0 ? done : 1;
    printf("%.1f\t%.1f\t%.1f\t%s\n", done, processor / each, clock / each, reason ? reason : "");
    fflush(stdout);
}

/* Some ways take descriptors: all that the administrator allows. */
static void raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    library_name = argv[2], function_name = argv[3];
    if (strcmp(argv[1], "served") == 0)
        return serve(STDIN_FILENO, find_function(dlopen(library_name, RTLD_NOW)));
    const struct way *way = ways;
    while (way->name != NULL && strcmp(way->name, argv[1]) != 0)
        way++;
    if (way->name == NULL)
        return 2;
    raise_descriptor_limit();
    char line[64], word[16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        int wanted = 0;
        if (sscanf(line, "%15s %d", word, &wanted) >= 1)
            answer(way, word, wanted);
    }
    close_some(way, way->is_process ? count : 0);
}
