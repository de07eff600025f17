/* bench.h - what every benchmark program shares: a clock, children, and how a sample is printed.
 *
 * A program measures Isolde and its peer alternately and prints one line for each pair:
 * row, Isolde's figure, the peer's figure, unit; separated by tabs.  benchmarks/__main__.py makes
 * ratios of them. */
#ifndef BENCH_H
#define BENCH_H

#ifdef THROUGH_ISOLDE
#include "isolde.h"
#else /* a program that knows nothing of Isolde */
#define _GNU_SOURCE
#include <dlfcn.h>
#endif

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The thread's own processor time: what others do to the machine meanwhile does not count, and
 * nothing that is measured waits. */
static inline double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline void print_pair(const char *row, double ours, double peer, const char *unit) {
    printf("%s\t%.2f\t%.2f\t%s\n", row, ours, peer, unit);
}

static inline void *require(void *pointer, const char *what, const char *why) {
    if (pointer == NULL) {
        fprintf(stderr, "%s: %s\n", what, why ? why : "no reason");
        exit(1);
    }
    return pointer;
}

/* Runs MEASURE(DATA) in a child and waits; what it prints is printed. */
static inline void in_child(void (*measure)(void *), void *data) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        measure(data);
        fflush(stdout);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) {
        fprintf(stderr, "a child ended with status %#x\n", (unsigned)status);
        exit(1);
    }
}

/* What MEASURE(DATA) returns in a child of its own. */
static inline double from_child(double (*measure)(void *), void *data) {
    int ends[2];
    double value = 0;
    if (pipe(ends) < 0)
        exit(1);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        value = measure(data);
        _exit(write(ends[1], &value, sizeof value) != sizeof value);
    }
    close(ends[1]);
    if (read(ends[0], &value, sizeof value) != sizeof value)
        exit(1);
    close(ends[0]);
    waitpid(child, NULL, 0);
    return value;
}

#endif
