/* program.c - running a program as an image of a space.
 *
 * An executable differs from a library in four ways, and each is met where it arises: it may have
 * fixed addresses (map.c); it copies variables of libraries into itself (relocate.c); its
 * definitions come first in the scope of everything it needs (space.c); and it believes that the
 * process is its own.  The last is the subject of this file and its neighbours (run.h).
 *
 * The program gets a thread, a stack with the block that the kernel would have put there, and is
 * entered where the kernel would enter it.  Its start code calls __libc_start_main, which means
 * `start_main` here: constructors, main, exit.  exit runs the handlers and destructors of the run,
 * then leaves the thread by a long jump to where it began; frames in between are not unwound, as
 * they are not when a process ends.  isolde_run, which has been waiting, unmaps what was mapped for
 * the run, so that the next one starts afresh.
 *
 * Threads that the program leaves behind cannot be ended from outside.  They keep what they run in
 * mapped, and the space refuses another run until they are gone.
 *
 * Rejected: a child process, which is what posix_spawn is for; a libc of its own for each program,
 * whose threads, keys and heap would be a second process's in this one. */
#include "run.h"
#include "thread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STACK_SIZE = 8 << 20, AUXILIARY_MAX = 20, GRACE_NS = 200000000 };

/* ---- what a run can be made of ------------------------------------------------------------------
 */

static int refuse(const struct image *image, const char *what) {
    error_set(ISOLDE_EFORMAT, &(struct error_detail){.file = image->map.l_name}, "%s: %s",
              image->map.l_name, what);
    return -1;
}

static bool refers_to(const struct image *image, const ElfW(Rela) * table, size_t count,
                      const char *name) {
    const struct dynamic *d = &image->dynamic;
    for (size_t i = 0; i < count; i++) {
        size_t index = ELF64_R_SYM(table[i].r_info);
        if (index != STN_UNDEF && index < d->symbol_count &&
            d->symbols[index].st_name < d->strings_size &&
            strcmp(d->strings + d->symbols[index].st_name, name) == 0)
            return true;
    }
    return false;
}

/* What map.c has not looked at: IMAGE's dynamic section has been read. */
int program_check(const struct image *image) {
    const struct dynamic *d = &image->dynamic;
    if (!map_covers(image, image->entry, 1, PF_X))
        return refuse(image, "its entry lies outside the text");
    if (refers_to(image, d->plt, d->plt_count, "__libc_start_main") ||
        refers_to(image, d->rela, d->rela_count, "__libc_start_main"))
        return 0;
    return refuse(image, "its start does not go through __libc_start_main, so nothing could tell "
                         "when it ends; start it as a process");
}

/* ---- the record of a run -----------------------------------------------------------------------
 */

struct memory {
    struct memory *older;
    max_align_t block[];
};

static pthread_mutex_t memory_lock = PTHREAD_MUTEX_INITIALIZER;

void program_lock(void) { pthread_mutex_lock(&memory_lock); }
void program_unlock(void) { pthread_mutex_unlock(&memory_lock); }

void *run_memory(struct run *run, size_t size) {
    struct memory *memory = malloc(sizeof *memory + size);
    if (memory == NULL)
        return NULL;
    program_lock();
    memory->older = run->memory;
    run->memory = memory;
    program_unlock();
    return memory->block;
}

struct run *program_hold(struct run *run) {
    if (run != NULL)
        atomic_fetch_add(&run->references, 1);
    return run;
}

unsigned long program_id(const struct run *run) { return run->id; }

void program_release(struct run *run) {
    if (run == NULL || atomic_fetch_sub(&run->references, 1) > 1)
        return;
    run_forget_handlers(run);
    while (run->memory != NULL) {
        struct memory *memory = run->memory;
        run->memory = memory->older;
        free(memory);
    }
    scope_free(&run->order);
    pthread_mutex_destroy(&run->lock);
    pthread_cond_destroy(&run->changed);
    free(run);
}

/* COUNT strings and a NULL, in one block, as the kernel lays them out. */
static char **copy_strings(struct run *run, char *const *strings, int *count) {
    size_t size = 0;
    int n = 0;
    for (; strings[n] != NULL; n++)
        size += strlen(strings[n]) + 1;
    char **copy = run_memory(run, ((size_t)n + 1) * sizeof *copy + size);
    char *at = copy ? (char *)(copy + n + 1) : NULL;
    for (int i = 0; copy != NULL && i < n; i++) {
        copy[i] = at;
        at = stpcpy(at, strings[i]) + 1;
    }
    if (copy != NULL)
        copy[n] = NULL;
    *count = n;
    return copy;
}

static struct run *run_new(struct isolde_space *space, char *const *argv, char *const *envp) {
    static atomic_ulong last_id;
    static char *const nothing[] = {NULL};
    struct run *run = calloc(1, sizeof *run);
    int count;
    if (run != NULL) {
        atomic_store(&run->references, 1);
        run->id = atomic_fetch_add(&last_id, 1) + 1;
        run->space = space;
        run->process = getpid();
        pthread_mutex_init(&run->lock, NULL);
        pthread_cond_init(&run->changed, NULL);
        char *const *environment = envp ? envp : environ ? environ : nothing;
        char **copy = copy_strings(run, environment, &count);
        run->argv = copy_strings(run, argv, &run->argc);
        if (copy != NULL && run->argv != NULL) {
            variables_start(run, copy);
            return run;
        }
        program_release(run);
    }
    error_set(ISOLDE_EMEMORY, NULL, "out of memory");
    return NULL;
}

struct run *program_of_thread(void) {
    const struct thread_rest *rest = isolde_thread.rest;
    return rest ? rest->run : NULL;
}

/* The arguments that IMAGE's constructors are given; how many. */
int program_arguments(const struct image *image, char ***arguments, char ***environment) {
    const struct run *run = image->run;
    *arguments = run ? run->argv : process_argv;
    *environment = run ? variables_environment(run) : environ;
    return run ? run->argc : process_argc;
}

void program_note_copy(struct run *run, const char *name, void *copy, const void *original,
                       size_t size) {
    static const char *const written[] = {"tzname",   "__tzname",   "timezone",    "__timezone",
                                          "daylight", "__daylight", "getdate_err", NULL};
    for (size_t i = 0; written[i] != NULL; i++)
        if (strcmp(name, written[i]) == 0 && run->copy_count < COPIES_MAX)
            run->copies[run->copy_count++] = (struct copied_variable){copy, original, size};
}

/* A program that asks where its file is wants its own. */
ssize_t run_readlink(const char *path, char *text, size_t size) {
    const struct run *run = program_of_thread();
    if (run == NULL || strcmp(path, "/proc/self/exe") != 0)
        return readlink(path, text, size);
    size_t length = strlen(run->image->map.l_name);
    if (length > size)
        length = size;
    memcpy(text, run->image->map.l_name, length);
    return (ssize_t)length;
}

ssize_t run_readlink_checked(const char *path, char *text, size_t size, size_t room) {
    if (size > room)
        run_abort();
    return run_readlink(path, text, size);
}

uintptr_t program_symbol(const struct run *run, const char *name) {
    uintptr_t function = function_symbol(name);
    return function ? function : variables_symbol(run, name);
}

/* ---- its threads --------------------------------------------------------------------------------
 */

void program_thread_starts(struct run *run) {
    pthread_mutex_lock(&run->lock);
    run->threads++;
    run->lasting++;
    pthread_mutex_unlock(&run->lock);
    program_hold(run);
}

void program_thread_failed(struct run *run) {
    pthread_mutex_lock(&run->lock);
    run->threads--;
    run->lasting--;
    pthread_mutex_unlock(&run->lock);
    program_release(run);
}

/* Runs START in a thread that exit can end. */
void *program_thread(struct run *run, void *(*start)(void *), void *argument) {
    struct thread_rest *rest = isolde_thread.rest;
    rest->run = run;
    return _setjmp(rest->leave) == 0 ? start(argument) : NULL;
}

/* Called by each thread of the run near its end.  Where main has left with pthread_exit, the last
 * one ends the run. */
void program_thread_ending(struct run *run) {
    pthread_mutex_lock(&run->lock);
    bool last = --run->threads == 0 && !run->ending;
    pthread_mutex_unlock(&run->lock);
    if (!last || !run_begin_exit(run, 0))
        return;
    if (_setjmp(isolde_thread.rest->leave) == 0)
        run_finish(run);
    if (getpid() != run->process)
        _exit(run->status);
}

/* Called by each thread of the run when none of its code will run in it any more. */
void program_thread_ended(struct run *run) {
    isolde_thread.rest->run = NULL;
    pthread_mutex_lock(&run->lock);
    run->lasting--;
    run->main_gone |= pthread_equal(run->main, pthread_self());
    run->over |= run->ending && pthread_equal(run->ender, pthread_self());
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    program_release(run);
}

/* The child has one thread. */
void program_reset_after_fork(struct run *run) {
    pthread_mutex_init(&memory_lock, NULL);
    pthread_mutex_init(&run->lock, NULL);
    pthread_cond_init(&run->changed, NULL);
    run->threads = run->lasting = 1;
}

/* ---- from the entry to main ---------------------------------------------------------------------
 */

struct auxiliary {
    uint64_t type, value;
};

static struct auxiliary *hand_on(struct auxiliary *at, uint64_t type) {
    errno = 0;
    uint64_t value = getauxval(type);
    if (errno == 0)
        *at++ = (struct auxiliary){type, value};
    return at;
}

static void fill_auxiliary(const struct run *run, struct auxiliary *at) {
    static const uint64_t of_the_process[] = {
        AT_SYSINFO_EHDR, AT_HWCAP, AT_PAGESZ, AT_CLKTCK, AT_BASE,   AT_FLAGS,  AT_UID,
        AT_EUID,         AT_GID,   AT_EGID,   AT_SECURE, AT_RANDOM, AT_HWCAP2, AT_PLATFORM};
    const struct image *image = run->image;
    for (size_t i = 0; i < sizeof of_the_process / sizeof *of_the_process; i++)
        at = hand_on(at, of_the_process[i]);
    *at++ = (struct auxiliary){AT_PHDR, (uintptr_t)image->headers};
    *at++ = (struct auxiliary){AT_PHENT, sizeof *image->headers};
    *at++ = (struct auxiliary){AT_PHNUM, image->header_count};
    *at++ = (struct auxiliary){AT_ENTRY, image->entry};
    *at++ = (struct auxiliary){AT_EXECFN, (uintptr_t)image->map.l_name};
    *at = (struct auxiliary){AT_NULL, 0};
}

static size_t count_strings(char *const *strings) {
    size_t count = 0;
    while (strings != NULL && strings[count] != NULL)
        count++;
    return count;
}

/* How many bytes the block at a program's start takes. */
static size_t block_size(const struct run *run) {
    size_t strings = (size_t)run->argc + count_strings(variables_environment(run));
    return (strings + 3) * sizeof(uintptr_t) + AUXILIARY_MAX * sizeof(struct auxiliary) + 16;
}

static _Noreturn void enter(const struct run *run) {
    uintptr_t *stack = __builtin_alloca_with_align(block_size(run), 128);
    char **environment = variables_environment(run);
    size_t count = count_strings(environment);
    uintptr_t *at = stack;
    *at++ = (uintptr_t)run->argc;
    memcpy(at, run->argv, ((size_t)run->argc + 1) * sizeof *at);
    at += run->argc + 1;
    if (count > 0)
        memcpy(at, environment, count * sizeof *at);
    at += count;
    *at++ = 0;
    fill_auxiliary(run, (struct auxiliary *)at);
    isolde_enter_program(run->image->entry, stack);
}

/* What __libc_start_main means to a program of a run.  INIT: an old start file runs the program's
 * constructors itself. */
int run_start_main(int (*main)(int, char **, char **), int argc, char **argv,
                   void (*init)(int, char **, char **), void (*fini)(void)) {
    struct run *run = program_of_thread();
    if (run == NULL || !run->image->program || run->image->initialised)
        abort(); /* called by hand */
    char **environment = variables_environment(run);
    run->started = true;
    if (fini != NULL)
        run_at_exit((void (*)(void *))(void *)fini, NULL, NULL);
    lifecycle_construct(run->image, init);
    run_exit(main(argc, argv, environment));
}

static void *begin(void *data) {
    struct run *run = data;
    run->main = pthread_self();
    lifecycle_preinitialise(run->image);
    if (lifecycle_initialise(run->space, &run->order) < 0)
        run_abort();
    enter(run);
}

/* ---- running ------------------------------------------------------------------------------------
 */

static size_t stack_size(const struct run *run) {
    struct rlimit limit;
    size_t size = STACK_SIZE;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
        limit.rlim_cur > STACK_SIZE)
        size = limit.rlim_cur;
    return PAGE_UP(size + block_size(run));
}

static int start(struct run *run) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack_size(run));
    pthread_t thread;
    int result = threads_create(run->image, &thread, &attributes, begin, run);
    pthread_attr_destroy(&attributes);
    if (result == 0)
        return 0;
    error_set(ISOLDE_EMEMORY, &(struct error_detail){.file = run->image->map.l_name},
              "%s: no thread to run it in: %s", run->image->map.l_name, strerror(result));
    return -1;
}

/* The kernel ends the other threads of a process.  Those of a run that are about to end get the
 * time for it: as long as they last, the space refuses another run. */
static void wait_for_last_threads(struct run *run) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += GRACE_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int result = 0;
    while (run->lasting > 0 && result == 0)
        result = pthread_cond_clockwait(&run->changed, &run->lock, CLOCK_MONOTONIC, &until);
}

static void wait_for(struct run *run) {
    pthread_mutex_lock(&run->lock);
    while (!run->over)
        pthread_cond_wait(&run->changed, &run->lock);
    wait_for_last_threads(run);
    bool gone = run->main_gone;
    pthread_mutex_unlock(&run->lock);
    if (gone)
        pthread_join(run->main, NULL);
    else
        pthread_detach(run->main);
}

/* Those that the program has left behind. */
static bool has_threads(struct run *run) {
    pthread_mutex_lock(&run->lock);
    bool has = run->threads > 0;
    pthread_mutex_unlock(&run->lock);
    return has;
}

/* A name without a slash is looked for as execvp(3) does. */
static int find_program(const char *file, char *path, size_t size) {
    const char *folders = getenv("PATH");
    if (folders == NULL)
        folders = "/bin:/usr/bin";
    if (strchr(file, '/') != NULL)
        return snprintf(path, size, "%s", file) < (int)size ? 0 : -1;
    error_tried_clear();
    for (size_t length; *file != '\0'; folders += length + 1) {
        length = strcspn(folders, ":");
        int n = snprintf(path, size, "%.*s%s%s", (int)length, folders, length ? "/" : "./", file);
        struct stat status;
        if (n < (int)size && stat(path, &status) == 0 && S_ISREG(status.st_mode) &&
            access(path, X_OK) == 0)
            return 0;
        error_tried(path, "PATH");
        if (folders[length] == '\0')
            break;
    }
    return -1;
}

static int not_found(const struct isolde_space *space, const char *file) {
    error_set(ISOLDE_ENOTFOUND, &(struct error_detail){.file = file},
              "%s: no such program in PATH, to run in space '%s'; give its path", file,
              space->name);
    return -1;
}

static int run_in(struct isolde_space *space, const char *path, struct run *run, int *status) {
    run->image = space_open_program(space, path, run, &run->order);
    if (run->image == NULL)
        return -1;
    variables_settle(run);
    fflush(NULL); /* or a child that the program forks would print it again */
    surroundings_save(&run->surroundings);
    int result = start(run);
    if (result == 0)
        wait_for(run);
    surroundings_restore(&run->surroundings, run);
    run_forget_handlers(run);
    run_forget_fork_handlers(run);
    if (!has_threads(run))
        keys_delete_all(space, run);
    space_end_program(space, run);
    *status = run->status;
    return result;
}

int program_run(struct isolde_space *space, const char *file, char *const *argv, char *const *envp,
                int *status) {
    char path[4096];
    if (find_program(file, path, sizeof path) < 0)
        return not_found(space, file);
    struct run *run = run_new(space, argv, envp);
    if (run == NULL)
        return -1;
    char *real = realpath(path, NULL); /* a program's $ORIGIN is not a symbolic link's folder */
    int result = run_in(space, real ? real : path, run, status);
    free(real);
    program_release(run);
    return result;
}
