/* run.h - one run of a program in a space: what its rooms share.
 *
 *   program.c       opening the file, starting it on a thread of its own, waiting for its end
 *   exits.c         exit and whatever else ends a process: here it ends the run
 *   exec.c          exec, which would replace the host
 *   variables.c     what libc keeps once a process, and a program takes for its own: the
 *                   environment, getopt's state, the program's name
 *   streams.c       closing the standard streams
 *   surroundings.c  what of the host a run must not leave changed
 *
 * The functions of these rooms are what the names of libc mean to the images of a run
 * (program_symbol).  Each looks for the run of its thread; a thread of the host that has come into
 * such an image, by a callback, gets libc's own. */
#ifndef ISOLDE_RUN_H
#define ISOLDE_RUN_H

#include "loader.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

struct handler;   /* exits.c */
struct fork_user; /* exits.c */
struct memory;    /* program.c */

/* libc's variables that each run has of its own. */
enum variable {
    ENVIRONMENT,
    INVOCATION_NAME,
    INVOCATION_SHORT_NAME,
    OPTARG,
    OPTIND,
    OPTERR,
    OPTOPT,
    ERROR_COUNT,
    VARIABLE_COUNT
};

union cell {
    char **strings;
    char *string;
    int number;
};

enum { COPIES_MAX = 16, SIGNALS = 65 };

/* A variable that libc writes to, and the program has copied (R_X86_64_COPY). */
struct copied_variable {
    void *copy;
    const void *original;
    size_t size;
};

struct surroundings {
    struct sigaction signals[SIGNALS];
    int streams[3];
    char *locale;
};

struct run {
    atomic_uint references; /* isolde_run's, each image's, each thread's */
    unsigned long id;
    struct isolde_space *space;
    struct image *image;
    struct scope order; /* of its libraries' constructors */
    pid_t process;      /* a child that the program forks is another */
    int argc;
    char **argv;
    pthread_mutex_t lock;      /* guards all below but `memory` */
    pthread_cond_t changed;    /* `over` */
    unsigned threads, lasting; /* that have not come to their end; that are not over yet */
    pthread_t main, ender;     /* its first thread; the one that has called exit */
    bool started, ending, over, main_gone;
    int status;
    struct handler *handlers, *quick_handlers; /* newest first */
    struct fork_user *fork_users;
    struct memory *memory; /* freed with the run; guarded by its own lock */
    char **vector;         /* environ, once it is ours to extend */
    size_t vector_capacity;
    union cell cells[VARIABLE_COUNT];
    union cell *places[VARIABLE_COUNT]; /* the cell, or the program's copy of the variable */
    struct copied_variable copies[COPIES_MAX];
    size_t copy_count;
    struct surroundings surroundings;
    atomic_bool closed_stream;          /* one of the standard ones */
    int options_start, options_left_at; /* optind before and after its calls of getopt */
    unsigned long options_read;         /* calls of getopt since its last start */
};

/* ---- program.c ------------------------------------------------------------------------------ */

void *run_memory(struct run *run, size_t size); /* lives as long as the run; NULL: none left */
ssize_t run_readlink(const char *path, char *text, size_t size);
ssize_t run_readlink_checked(const char *path, char *text, size_t size, size_t room);
int run_start_main(int (*main)(int, char **, char **), int argc, char **argv,
                   void (*init)(int, char **, char **), void (*fini)(void));

/* ---- exits.c: of the functions that libc has, under their names there --------------------------
 */

_Noreturn void run_leave(struct run *run, int status); /* ends this thread, and with it the run */
void run_finish(struct run *run);                      /* what exit does before the end */
bool run_begin_exit(struct run *run, int status);      /* whether this thread is to do it */
void run_forget_handlers(struct run *run);
void run_forget_fork_handlers(const struct run *run);

_Noreturn void run_exit(int status);
_Noreturn void run_exit_now(int status);
_Noreturn void run_quick_exit(int status);
_Noreturn void run_abort(void);
_Noreturn void run_stack_check_failed(void);
_Noreturn void run_assert_failed(const char *assertion, const char *file, unsigned line,
                                 const char *function);
_Noreturn void run_assert_error(int number, const char *file, unsigned line, const char *function);
_Noreturn void run_assert(const char *assertion, const char *file, int line);
int run_at_exit(void (*function)(void *), void *argument, void *dso);
int run_on_exit(void (*function)(int, void *), void *argument);
int run_at_quick_exit(void (*function)(void *), void *dso);
void run_finalise(void *dso);
int run_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *dso);
int run_raise(int number);
int run_kill(pid_t process, int number);
int run_pthread_kill(pthread_t thread, int number);
int run_tgkill(pid_t process, pid_t thread, int number);
int run_sigqueue(pid_t process, int number, const union sigval value);
int run_daemon(int stay, int keep);

/* ---- messages.c ------------------------------------------------------------------------------ */

void run_warn(const char *format, ...);
void run_warnx(const char *format, ...);
void run_vwarn(const char *format, va_list arguments);
void run_vwarnx(const char *format, va_list arguments);
_Noreturn void run_err(int status, const char *format, ...);
_Noreturn void run_errx(int status, const char *format, ...);
_Noreturn void run_verr(int status, const char *format, va_list arguments);
_Noreturn void run_verrx(int status, const char *format, va_list arguments);
void run_error(int status, int number, const char *format, ...);
void run_error_at_line(int status, int number, const char *file, unsigned line, const char *format,
                       ...);

/* ---- exec.c -----------------------------------------------------------------------------------
 */

int run_execve(const char *path, char *const argv[], char *const envp[]);
int run_execv(const char *path, char *const argv[]);
int run_execvp(const char *file, char *const argv[]);
int run_execvpe(const char *file, char *const argv[], char *const envp[]);
int run_fexecve(int fd, char *const argv[], char *const envp[]);
int run_execl(const char *path, const char *argument, ...);
int run_execlp(const char *file, const char *argument, ...);
int run_execle(const char *path, const char *argument, ...);

/* ---- streams.c --------------------------------------------------------------------------------
 */

bool stream_is_vacant(int fd); /* a program has closed it */
int run_fclose(FILE *stream);
int run_close(int fd);
int run_dup(int fd);
int run_creat(const char *path, mode_t mode);
int run_open(const char *path, int flags, ...);
int run_openat(int folder, const char *path, int flags, ...);

/* ---- surroundings.c ----------------------------------------------------------------------------
 */

void surroundings_save(struct surroundings *surroundings);
void surroundings_keep_stream(struct surroundings *surroundings, int fd);
void surroundings_restore(struct surroundings *surroundings, const struct run *run);

/* ---- variables.c ------------------------------------------------------------------------------
 */

void variables_start(struct run *run, char **environment); /* before anything of it is bound */
void variables_settle(struct run *run);                    /* after its copies are made */
uintptr_t variables_symbol(const struct run *run, const char *name);
const char *variables_name(const struct run *run, enum variable which);
char **variables_environment(const struct run *run);
void variables_refresh(const struct run *run); /* libc has written to some */

char *run_getenv(const char *name);
int run_setenv(const char *name, const char *value, int overwrite);
int run_unsetenv(const char *name);
int run_putenv(char *string);
int run_clearenv(void);

/* ---- options.c, zones.c: functions that write to variables of libc
 * -------------------------------- */

struct option;
struct tm;
int run_getopt(int argc, char *const *argv, const char *options);
int run_posix_getopt(int argc, char *const *argv, const char *options);
int run_getopt_long(int argc, char *const *argv, const char *options, const struct option *list,
                    int *index);
int run_getopt_long_only(int argc, char *const *argv, const char *options,
                         const struct option *list, int *index);
void run_tzset(void);
struct tm *run_localtime(const time_t *time);
struct tm *run_localtime_r(const time_t *time, struct tm *result);
time_t run_mktime(struct tm *time);
char *run_ctime(const time_t *time);
char *run_ctime_r(const time_t *time, char *text);
size_t run_strftime(char *text, size_t size, const char *format, const struct tm *time);

/* ---- names.c ------------------------------------------------------------------------------------
 */

uintptr_t function_symbol(const char *name); /* what a function of libc is to a run; 0: itself */

#endif
