/* options.c - getopt in a run.
 *
 * getopt keeps more than its four variables: where it is inside an argument like -abc, and which
 * arguments it has moved.  That state is one for the process, and a program that runs in another
 * space may be in the middle of its own options.  So whoever comes next finds libc in another's
 * state, and repeats the calls it has made so far: they see the arguments in the order they have
 * been brought into, and lead to the same state.  The host's variables are put back after each
 * call.
 *
 * Rejected: a getopt of our own, whose messages and corner cases would have to be glibc's. */
#include "run.h"

#include <getopt.h>

extern int __posix_getopt(int argc, char *const *argv, const char *options);

typedef int reader(int argc, char *const *argv, const char *options, const struct option *list,
                   int *index);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long reading; /* the run that libc's state belongs to; 0: nobody's */

void options_lock(void) { pthread_mutex_lock(&lock); }
void options_unlock(void) { pthread_mutex_unlock(&lock); }

static void forget_state(const char *options) {
    static char *const nothing[] = {"", NULL};
    optind = 0;
    getopt(1, nothing, options);
}

/* Brings libc to where RUN has left off. */
static void resume(struct run *run, reader *read, int argc, char *const *argv, const char *options,
                   const struct option *list) {
    int index, wanted = run->places[OPTIND]->number;
    if (wanted == 0)
        reading = 0; /* how a program asks for a new start */
    if (wanted != run->options_left_at) {
        run->options_read = 0;
        run->options_start = wanted ? wanted : 1;
    }
    if (reading != run->id) {
        forget_state(options);
        opterr = 0;
        optind = run->options_start;
        for (unsigned long i = 0; i < run->options_read; i++)
            read(argc, argv, options, list, &index);
    }
    if (wanted != 0)
        optind = wanted;
    reading = run->id;
    opterr = run->places[OPTERR]->number;
}

static int read_option(struct run *run, reader *read, int argc, char *const *argv,
                       const char *options, const struct option *list, int *index) {
    options_lock();
    int host_ind = optind, host_err = opterr, host_opt = optopt;
    char *host_arg = optarg;
    resume(run, read, argc, argv, options, list);
    int result = read(argc, argv, options, list, index);
    run->options_read++;
    run->places[OPTIND]->number = run->options_left_at = optind;
    run->places[OPTOPT]->number = optopt;
    run->places[OPTARG]->string = optarg;
    optind = host_ind;
    opterr = host_err;
    optopt = host_opt;
    optarg = host_arg;
    options_unlock();
    return result;
}

static int read_short(int argc, char *const *argv, const char *options, const struct option *list,
                      int *index) {
    (void)list;
    (void)index;
    return getopt(argc, argv, options);
}

int run_getopt(int argc, char *const *argv, const char *options) {
    struct run *run = program_of_thread();
    return run ? read_option(run, read_short, argc, argv, options, NULL, NULL)
               : getopt(argc, argv, options);
}

static int read_posix(int argc, char *const *argv, const char *options, const struct option *list,
                      int *index) {
    (void)list;
    (void)index;
    return __posix_getopt(argc, argv, options);
}

int run_posix_getopt(int argc, char *const *argv, const char *options) {
    struct run *run = program_of_thread();
    return run ? read_option(run, read_posix, argc, argv, options, NULL, NULL)
               : __posix_getopt(argc, argv, options);
}

int run_getopt_long(int argc, char *const *argv, const char *options, const struct option *list,
                    int *index) {
    struct run *run = program_of_thread();
    return run ? read_option(run, getopt_long, argc, argv, options, list, index)
               : getopt_long(argc, argv, options, list, index);
}

int run_getopt_long_only(int argc, char *const *argv, const char *options,
                         const struct option *list, int *index) {
    struct run *run = program_of_thread();
    return run ? read_option(run, getopt_long_only, argc, argv, options, list, index)
               : getopt_long_only(argc, argv, options, list, index);
}
