/* exits.c - what ends a process ends a run, when it is called in a thread of it.
 *
 * exit(3) in a run: this thread's thread_local destructors, the handlers, newest first, the
 * destructors of the images that the run has mapped, the program's before its libraries', stdio's
 * buffers; then the thread leaves.  Handlers are kept here and not given to libc, which knows the
 * executables' (whose __dso_handle is NULL) only as the host's, to be called when that ends.
 *
 * One thread of a run does all that.  Another that calls exit meanwhile, or later, just ends.
 *
 * In a child that the program has forked, the same happens, and then the child itself ends, without
 * the host's handlers. */
#include "run.h"
#include "thread.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct handler {
    struct handler *older;
    void (*function)(void *); /* or, of on_exit: */
    void (*function_of_status)(int, void *);
    void *argument, *dso;
};

/* ---- handlers -----------------------------------------------------------------------------------
 */

/* The run that an image of DSO, or failing that the code at FUNCTION, belongs to. */
static struct run *run_of(const void *dso, const void *function) {
    const struct image *image = addresses_find((uintptr_t)dso);
    if (image == NULL && dso == NULL)
        image = addresses_find((uintptr_t)function);
    return image ? image->run : dso == NULL ? program_of_thread() : NULL;
}

static int add(struct run *run, struct handler **list, struct handler handler) {
    struct handler *kept = malloc(sizeof *kept);
    pthread_mutex_lock(&run->lock);
    bool accepted = kept != NULL && !run->over;
    if (accepted) {
        *kept = handler;
        kept->older = *list;
        *list = kept;
    }
    pthread_mutex_unlock(&run->lock);
    if (!accepted)
        free(kept);
    return accepted ? 0 : -1;
}

/* The newest handler, or the newest of DSO; taken out of the list. */
static bool take(struct run *run, struct handler **list, const void *dso, struct handler *taken) {
    pthread_mutex_lock(&run->lock);
    while (*list != NULL && dso != NULL && (*list)->dso != dso)
        list = &(*list)->older;
    struct handler *found = *list;
    if (found != NULL) {
        *taken = *found;
        *list = found->older;
    }
    pthread_mutex_unlock(&run->lock);
    free(found);
    return found != NULL;
}

static void run_handlers(struct run *run, struct handler **list, const void *dso) {
    struct handler handler;
    while (take(run, list, dso, &handler))
        if (handler.function_of_status != NULL)
            handler.function_of_status(run->status, handler.argument);
        else
            handler.function(handler.argument);
}

void run_forget_handlers(struct run *run) {
    struct handler handler;
    while (take(run, &run->handlers, NULL, &handler) ||
           take(run, &run->quick_handlers, NULL, &handler))
        continue;
}

int run_at_exit(void (*function)(void *), void *argument, void *dso) {
    struct run *run = run_of(dso, (const void *)function);
    if (run == NULL)
        return handlers_at_exit(function, argument, dso);
    return add(run, &run->handlers,
               (struct handler){.function = function, .argument = argument, .dso = dso});
}

int run_on_exit(void (*function)(int, void *), void *argument) {
    struct run *run = run_of(NULL, (const void *)function);
    if (run == NULL)
        return on_exit(function, argument);
    return add(run, &run->handlers,
               (struct handler){.function_of_status = function, .argument = argument});
}

int run_at_quick_exit(void (*function)(void *), void *dso) {
    struct run *run = run_of(dso, (const void *)function);
    if (run == NULL)
        return handlers_at_quick_exit(function, dso);
    return add(run, &run->quick_handlers, (struct handler){.function = function, .dso = dso});
}

/* __cxa_finalize, which an object's destructor calls for itself. */
void run_finalise(void *dso) {
    struct run *run = run_of(dso, NULL);
    if (run != NULL && dso != NULL)
        run_handlers(run, &run->handlers, dso);
    handlers_finalise(dso);
}

struct fork_user {
    struct fork_user *older;
    void *dso;
};

/* libc forgets these when the object is finalised, which not every end of a run does: so it is
 * remembered.  An executable without a handle lends the address of its record. */
int run_at_fork(void (*prepare)(void), void (*parent)(void), void (*child)(void), void *dso) {
    struct run *run = program_of_thread();
    struct fork_user *user = run ? run_memory(run, sizeof *user) : NULL;
    if (run != NULL && dso == NULL)
        dso = run->image;
    if (user != NULL) {
        pthread_mutex_lock(&run->lock);
        *user = (struct fork_user){run->fork_users, dso};
        run->fork_users = user;
        pthread_mutex_unlock(&run->lock);
    }
    return run != NULL && user == NULL ? ENOMEM : handlers_at_fork(prepare, parent, child, dso);
}

void run_forget_fork_handlers(const struct run *run) {
    for (const struct fork_user *user = run->fork_users; user != NULL; user = user->older)
        handlers_forget_at_fork(user->dso);
}

/* ---- the end ------------------------------------------------------------------------------------
 */

bool run_begin_exit(struct run *run, int status) {
    pthread_mutex_lock(&run->lock);
    bool mine = !run->over && (!run->ending || pthread_equal(run->ender, pthread_self()));
    if (mine) {
        run->ending = true;
        run->ender = pthread_self();
        run->status = status;
    }
    pthread_mutex_unlock(&run->lock);
    return mine;
}

void run_finish(struct run *run) {
    threads_run_own_destructors(run->space);
    run_handlers(run, &run->handlers, NULL);
    if (run->started) /* as in a process, where the start code registers the destructors */
        space_finalise_program(run->space, run);
    fflush(NULL);
}

_Noreturn void run_leave(struct run *run, int status) {
    threads_forget_own(run->space, run);
    if (getpid() == run->process)
        longjmp(isolde_thread.rest->leave, 1);
    if (status < 0)
        abort();
    _exit(status);
}

_Noreturn void run_exit(int status) {
    struct run *run = program_of_thread();
    if (run == NULL)
        exit(status);
    if (run_begin_exit(run, status & 0xff))
        run_finish(run);
    run_leave(run, status & 0xff);
}

/* The end without exit's work. */
static _Noreturn void leave_now(struct run *run, int status) {
    run_begin_exit(run, status);
    run_leave(run, status);
}

_Noreturn void run_exit_now(int status) {
    struct run *run = program_of_thread();
    if (run == NULL)
        _exit(status);
    leave_now(run, status & 0xff);
}

_Noreturn void run_quick_exit(int status) {
    struct run *run = program_of_thread();
    if (run == NULL)
        quick_exit(status);
    if (run_begin_exit(run, status & 0xff))
        run_handlers(run, &run->quick_handlers, NULL);
    run_leave(run, status & 0xff);
}

/* The signal is not raised: it would be the host's. */
_Noreturn void run_abort(void) {
    struct run *run = program_of_thread();
    if (run == NULL)
        abort();
    leave_now(run, -SIGABRT);
}

_Noreturn void run_stack_check_failed(void) {
    static const char message[] = "*** stack smashing detected ***: terminated\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        errno = 0; /* there is nobody left to tell */
    run_abort();
}

/* ---- signals to itself --------------------------------------------------------------------------
 */

/* Whether the host would be ended by it: nobody handles it, and that is what it is for. */
static bool ends_process(int number) {
    static const int harmless[] = {0,       SIGCHLD, SIGCONT, SIGURG, SIGWINCH,
                                   SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU};
    struct sigaction action;
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (number == harmless[i])
            return false;
    return number == SIGKILL ||
           (sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
}

int run_raise(int number) {
    struct run *run = program_of_thread();
    if (run != NULL && getpid() == run->process && ends_process(number))
        leave_now(run, -number);
    return raise(number);
}

/* Whether that would be the end of this process, and so is that of the run. */
static bool is_our_end(pid_t process, int number) {
    return process == getpid() && program_of_thread() != NULL && ends_process(number);
}

int run_kill(pid_t process, int number) {
    return is_our_end(process, number) ? run_raise(number) : kill(process, number);
}

int run_sigqueue(pid_t process, int number, const union sigval value) {
    return is_our_end(process, number) ? run_raise(number) : sigqueue(process, number, value);
}

/* A signal that ends a process does so whichever of its threads it is sent to. */
int run_tgkill(pid_t process, pid_t thread, int number) {
    bool end = is_our_end(process, number) && tgkill(process, thread, 0) == 0;
    return end ? run_raise(number) : tgkill(process, thread, number);
}

int run_pthread_kill(pthread_t thread, int number) {
    bool end = is_our_end(getpid(), number) && pthread_kill(thread, 0) == 0;
    return end ? run_raise(number) : pthread_kill(thread, number);
}

/* ---- what ends a process by the way -------------------------------------------------------------
 */

/* daemon(3) ends the process that calls it; its child goes on. */
int run_daemon(int stay, int keep) {
    const struct run *run = program_of_thread();
    if (run == NULL || getpid() != run->process)
        return daemon(stay, keep);
    pid_t child = fork();
    if (child < 0)
        return -1;
    if (child > 0)
        run_exit_now(0);
    setsid();
    if (!stay && chdir("/") < 0)
        return -1;
    int null = keep ? -1 : open("/dev/null", O_RDWR);
    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
    return 0;
}
