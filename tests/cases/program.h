/* program.h - one program, run two ways.
 *
 * With THROUGH_ISOLDE it runs in a space of this process; without, in a process of its own, as the
 * kernel and glibc start it.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "loader.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* The exit status, or minus the signal; what cannot be run ends the host. */
#ifdef THROUGH_ISOLDE
static inline int run_in(isolde_space *space, char *const argv[], char *const envp[]) {
    int status;
    fflush(stdout);
    if (isolde_run(space, argv[0], argv, envp, &status) == 0)
        return status;
    printf("refused: %s\n", isolde_dlerror());
    exit(3);
}
static inline int run_with(char *const argv[], char *const envp[]) {
    return run_in(the_space(), argv, envp);
}
#else
static inline int run_with(char *const argv[], char *const envp[]) {
    pid_t child;
    int status;
    fflush(stdout);
    int error = posix_spawn(&child, argv[0], NULL, NULL, argv, envp ? envp : environ);
    if (error != 0) {
        printf("not started: %s\n", strerror(error));
        exit(3);
    }
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
#endif

#define run_program(...) run_with(((char *const[]){__VA_ARGS__, NULL}), NULL)

#endif
