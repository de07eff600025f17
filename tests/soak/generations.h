/* generations.h - threads that do some rounds and end, again and again.
 *
 * They end because the thread_local objects that a thread has of an image keep it mapped: threads
 * that went on for ever would rightly keep ever more.  After each generation memory is measured,
 * without what malloc keeps for later; it is said how things stand, on a terminal in place,
 * elsewhere once a minute. */
#ifndef GENERATIONS_H
#define GENERATIONS_H

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct generations {
    int threads, count, seconds; /* seconds 0: COUNT generations; else as many as they allow */
    unsigned long seed;          /* WORK gets a number of its own, made from this one */
    void *(*work)(void *seed);
    void (*print)(FILE *file); /* what was done so far */
};

static long resident_kib(void) {
    long pages = 0;
    malloc_trim(0);
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%*s %ld", &pages) != 1)
        exit(1);
    fclose(statm);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void run_generation(const struct generations *all, pthread_t *threads, long number) {
    for (int i = 0; i < all->threads; i++) {
        unsigned long seed = (all->seed + (unsigned long)number) * 1000 + (unsigned long)i;
        if (pthread_create(&threads[i], NULL, all->work, (void *)seed) != 0)
            exit(3);
    }
    for (int i = 0; i < all->threads; i++)
        pthread_join(threads[i], NULL);
}

static void say(const struct generations *all, const char *before, long seconds,
                const char *after) {
    fprintf(stderr, "%s%ld s of %d: ", before, seconds, all->seconds);
    all->print(stderr);
    fprintf(stderr, ", %ld KiB resident%s", resident_kib(), after);
    fflush(stderr);
}

static void say_where_it_stands(const struct generations *all, long seconds) {
    static long said;
    if (all->seconds == 0)
        return;
    if (isatty(STDERR_FILENO)) {
        say(all, "\r\033[K", seconds, "");
    } else if (seconds >= said + 60) {
        said = seconds;
        say(all, "", seconds, "\n");
    }
}

static void run_generations(const struct generations *all) {
    pthread_t *threads = calloc((size_t)all->threads, sizeof *threads);
    time_t start = time(NULL);
    long first_kib = 0, most_kib = 0, number = 0;
    if (threads == NULL)
        exit(1);
    for (; all->seconds > 0 ? time(NULL) - start < all->seconds : number < all->count; number++) {
        run_generation(all, threads, number);
        long kib = resident_kib();
        first_kib = number == 0 ? kib : first_kib;
        most_kib = kib > most_kib ? kib : most_kib;
        say_where_it_stands(all, time(NULL) - start);
    }
    free(threads);
    fprintf(stderr, "%s%d threads, %ld generations, %ld s: ",
            all->seconds > 0 && isatty(STDERR_FILENO) ? "\r\033[K" : "", all->threads, number,
            (long)(time(NULL) - start));
    all->print(stderr);
    fprintf(stderr, "\nresident after the first generation %ld KiB, at most %ld, at the end %ld\n",
            first_kib, most_kib, resident_kib());
}

#endif
