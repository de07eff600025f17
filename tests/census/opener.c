/* opener.c - opens every file named on standard input, each in a process of its own.
 *
 * Forking from a process that has opened nothing costs a hundredth of starting one, and leaves
 * the child as fresh.  A line "STATE<tab>ENDING<tab>CODE<tab>MESSAGE" is written per file:
 *   STATE    "refused", "opened", "closed" (opened and closed again) or "started" (neither came
 * back) ENDING   "exit N" or "signal N" (14: it hung) CODE     isolde_error's, or 0 The result
 * travels in shared memory: a pipe would be held open by whatever a constructor starts.
 *
 * usage: opener TIMEOUT_SECONDS [GLOBAL_LIBRARY]
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef THROUGH_ISOLDE
#include "isolde.h"
static isolde_space *space;
#define dlopen(file, mode) isolde_dlopen(space, (file), (mode))
#define dlclose(handle) isolde_dlclose(handle)
#define dlerror() isolde_dlerror()
#else
#include <dlfcn.h>
#endif

static struct result {
    char state[16];
    int code;
    char message[2048];
} * result;

static void tell(const char *state) { snprintf(result->state, sizeof result->state, "%s", state); }

static void refuse(void) {
    const char *message = dlerror();
#ifdef THROUGH_ISOLDE
    result->code = isolde_last_error()->code;
#endif
    snprintf(result->message, sizeof result->message, "%s", message ? message : "no message");
    for (char *at = result->message; *at != '\0'; at++)
        if (*at == '\n' || *at == '\t')
            *at = ' ';
    tell("refused");
}

static void silence(void) {
    int null = open("/dev/null", O_RDWR);
    for (int descriptor = 0; descriptor < 3; descriptor++)
        dup2(null, descriptor);
}

static void open_and_close(const char *file, const char *global, unsigned timeout) {
    setpgid(0, 0);
    silence();
    alarm(timeout);
#ifdef THROUGH_ISOLDE
    space = isolde_space_new("census", NULL);
#endif
    if (global != NULL)
        dlopen(global, RTLD_NOW | RTLD_GLOBAL);
    void *handle = dlopen(file, RTLD_NOW);
    if (handle == NULL) {
        refuse();
        _exit(0);
    }
    tell("opened");
    dlclose(handle);
    tell("closed");
    _exit(0);
}

static void census_of(const char *file, const char *global, unsigned timeout) {
    int status = 0;
    memset(result, 0, sizeof *result);
    tell("started");
    pid_t child = fork();
    if (child == 0)
        open_and_close(file, global, timeout);
    waitpid(child, &status, 0);
    kill(-child, SIGKILL); /* what constructors started */
    int by_signal = WIFSIGNALED(status);
    printf("%s\t%s %d\t%d\t%s\n", result->state, by_signal ? "signal" : "exit",
           by_signal ? WTERMSIG(status) : WEXITSTATUS(status), result->code, result->message);
    fflush(stdout);
}

int main(int argc, char **argv) {
    char file[4096];
    if (argc < 2)
        return 2;
    result = mmap(NULL, sizeof *result, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    while (fgets(file, sizeof file, stdin) != NULL) {
        file[strcspn(file, "\n")] = '\0';
        census_of(file, argc > 2 ? argv[2] : NULL, (unsigned)atoi(argv[1]));
    }
}
