/* exec.c - exec in a run: the program that comes next runs in a child process, and its end is the
 * run's, because exec itself would replace the host.  In a child of the program's own exec is exec,
 * with the run's environment. */
#include "run.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int status_of(pid_t child) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 127; /* somebody else has waited for it: nobody can tell */
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* The only way back is an error, as with exec. */
static int execute(const char *file, bool search, char *const argv[], char *const envp[]) {
    struct run *run = program_of_thread();
    if (run == NULL || getpid() != run->process)
        return search ? execvpe(file, argv, envp) : execve(file, argv, envp);
    pid_t child;
    int error = (search ? posix_spawnp : posix_spawn)(&child, file, NULL, NULL, argv, envp);
    if (error != 0) {
        errno = error;
        return -1;
    }
    int status = status_of(child);
    run_begin_exit(run, status);
    run_leave(run, status);
}

static char **environment(void) {
    const struct run *run = program_of_thread();
    return run ? variables_environment(run) : environ;
}

int run_execve(const char *path, char *const argv[], char *const envp[]) {
    return execute(path, false, argv, envp);
}

int run_execv(const char *path, char *const argv[]) {
    return execute(path, false, argv, environment());
}

int run_execvp(const char *file, char *const argv[]) {
    return execute(file, true, argv, environment());
}

int run_execvpe(const char *file, char *const argv[], char *const envp[]) {
    return execute(file, true, argv, envp);
}

int run_fexecve(int fd, char *const argv[], char *const envp[]) {
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return execute(path, false, argv, envp);
}

/* ---- arguments one by one -----------------------------------------------------------------------
 */

static size_t count(const char *first, va_list *rest) {
    size_t n = first != NULL;
    while (first != NULL && va_arg(*rest, char *) != NULL)
        n++;
    return n;
}

/* Fills ARGV with FIRST and the REST, the closing NULL included. */
static void collect(char **argv, const char *first, va_list *rest) {
    *argv = (char *)first;
    while (*argv != NULL)
        *++argv = va_arg(*rest, char *);
}

int run_execl(const char *path, const char *argument, ...) {
    va_list list;
    va_start(list, argument);
    char *argv[count(argument, &list) + 1];
    va_end(list);
    va_start(list, argument);
    collect(argv, argument, &list);
    va_end(list);
    return run_execv(path, argv);
}

int run_execlp(const char *file, const char *argument, ...) {
    va_list list;
    va_start(list, argument);
    char *argv[count(argument, &list) + 1];
    va_end(list);
    va_start(list, argument);
    collect(argv, argument, &list);
    va_end(list);
    return run_execvp(file, argv);
}

int run_execle(const char *path, const char *argument, ...) {
    va_list list;
    va_start(list, argument);
    char *argv[count(argument, &list) + 1];
    va_end(list);
    va_start(list, argument);
    collect(argv, argument, &list);
    char *const *envp = va_arg(list, char *const *);
    va_end(list);
    return run_execve(path, argv, envp);
}
