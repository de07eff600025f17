/* process.c - what the core needs of the process: arguments, environment, fork, exit. */
#include "loader.h"
#include "thread.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int process_argc;
char **process_argv, **process_envp;
bool process_bind_now;
const char *process_library_path;
bool process_host, process_under_valgrind;
char **process_shared;

/* Any change of a space holds it for reading, fork for writing: a child then never inherits a
 * half-made space.  Readers are preferred (glibc's default), so a reader may enter twice. */
static pthread_rwlock_t world = PTHREAD_RWLOCK_INITIALIZER;

/* How many forks wait for the world or hold it.  Threads that open without a pause would keep it
 * among themselves for ever, so whoever enters lets a fork go first.  It does not wait for long:
 * it may hold a lock of glibc's that a thread already inside needs in order to leave. */
static unsigned forks;
static const struct timespec courtesy = {.tv_nsec = 10 * 1000 * 1000};

void world_enter(void) {
    unsigned waiting = __atomic_load_n(&forks, __ATOMIC_RELAXED);
    if (waiting != 0) {
        int saved = errno; /* a call being bound lazily may be about to print it */
        syscall(SYS_futex, &forks, FUTEX_WAIT_PRIVATE, waiting, &courtesy, NULL, 0);
        errno = saved;
    }
    pthread_rwlock_rdlock(&world);
}

bool world_try_enter(void) { return pthread_rwlock_tryrdlock(&world) == 0; }

void world_leave(void) { pthread_rwlock_unlock(&world); }

/* fstat(2) itself: glibc's is newfstatat(2) of an empty name, which the kernel reads from a page of
 * libc's that nothing else has touched. */
int file_look(int fd, struct stat *status) { return (int)syscall(SYS_fstat, fd, status); }

/* CLOCK_REALTIME_COARSE, for the first time by the system call: the pages of the vDSO are not there
 * yet, and to have them mapped takes ten times as long. */
void clock_coarsely(struct timespec *now) {
    static atomic_bool before;
    if (atomic_load_explicit(&before, memory_order_relaxed)) {
        clock_gettime(CLOCK_REALTIME_COARSE, now);
    } else {
        syscall(SYS_clock_gettime, CLOCK_REALTIME_COARSE, now);
        atomic_store_explicit(&before, true, memory_order_relaxed);
    }
}

/* Every lock of ours that some thread takes outside the world, and those that are taken inside: a
 * child has no thread that would give one back.  In the order in which they are nested. */
static const struct {
    void (*take)(void), (*give)(void);
} locks[] = {
    {host_lock, host_unlock},         {link_lock, link_unlock},
    {options_lock, options_unlock},   {cache_lock, cache_unlock},
    {unique_lock, unique_unlock},     {program_lock, program_unlock},
    {debugger_lock, debugger_unlock}, {tls_lock, tls_unlock},
    {pool_lock, pool_unlock},         {mappings_lock, mappings_unlock},
    {keys_lock, keys_unlock},         {requests_lock, requests_unlock},
    {unwind_lock, unwind_unlock},     {memo_lock, memo_unlock},
    {handlers_lock, handlers_unlock},
};
enum { LOCK_COUNT = sizeof locks / sizeof *locks };

static void fork_prepare(void) {
    __atomic_add_fetch(&forks, 1, __ATOMIC_RELAXED);
    pthread_rwlock_wrlock(&world);
    for (size_t i = 0; i < LOCK_COUNT; i++)
        locks[i].take();
}

static void give_locks(void) {
    for (size_t i = LOCK_COUNT; i-- > 0;)
        locks[i].give();
}

static void fork_release(void) {
    give_locks();
    pthread_rwlock_unlock(&world);
    __atomic_sub_fetch(&forks, 1, __ATOMIC_RELAXED);
    syscall(SYS_futex, &forks, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* The child's thread has another id, by which glibc knows the owner of a read-write lock: that one
 * is made anew. */
static void fork_child(void) {
    loaderlock_reset_after_fork();
    tls_reset_after_fork();
    unwind_reset_after_fork();
    give_locks();
    world = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
    forks = 0;
    space_reset_after_fork();
}

/* TEXT's parts between colons; NULL where there are none. */
static char **split(const char *text) {
    size_t count = 0;
    char **parts = text && *text ? calloc(strlen(text) + 2, sizeof *parts) : NULL;
    char *copy = parts ? strdup(text) : NULL;
    for (char *next = copy, *part; copy != NULL && (part = strsep(&next, ":")) != NULL;)
        if (*part != '\0')
            parts[count++] = part;
    return parts;
}

static bool is_set(const char *value) { return value != NULL && *value != '\0'; }

static bool is_on(const char *value) { return is_set(value) && strcmp(value, "0") != 0; }

/* In a program that links the archive the core stands among the program's own constructors, which
 * may use it: 101 and 102 come before all of those, and their destructors after. */
__attribute__((constructor(102))) static void process_start(int argc, char **argv, char **envp) {
    process_argc = argc;
    process_argv = argv;
    process_envp = envp;
    process_bind_now = is_set(getenv("LD_BIND_NOW"));
    process_host = is_on(secure_getenv("ISOLDE_HOST"));
    process_shared = split(secure_getenv("ISOLDE_SHARED"));
    const char *preload = getenv("LD_PRELOAD");
    process_under_valgrind = preload != NULL && strstr(preload, "/vgpreload_") != NULL;
    const char *path = secure_getenv("LD_LIBRARY_PATH");
    process_library_path = path ? strdup(path) : NULL;
    pthread_atfork(fork_prepare, fork_release, fork_child);
    folder_start();
    mappings_start();
    host_start();
    exceptions_refresh();
    debugger_start();
    unwind_start();
    loaderlock_start();
}

/* Spaces still open when the process ends get their destructors run, as glibc does for what it
 * loaded.  Their memory is left to the kernel. */
__attribute__((destructor(102))) static void process_end(void) { space_close_all_at_exit(); }

int isolde_abi(void) { return ISOLDE_ABI; }
const char *isolde_version(void) { return "0.1.0"; }
void isolde_free(void *block) { free(block); }
