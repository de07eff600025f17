#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t parent;

static const char *who(void) { return getpid() == parent ? "parent" : "child"; }
static void handler(void) { printf("handler of the %s\n", who()); }
__attribute__((destructor)) static void end(void) { printf("destructor of the %s\n", who()); }

int main(int argc, char **argv) {
    int status;
    (void)argc;
    parent = getpid();
    atexit(handler);
    printf("printed once\n");
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (strcmp(argv[1], "exit") == 0)
            exit(5);
        if (strcmp(argv[1], "_exit") == 0)
            _exit(6);
        if (strcmp(argv[1], "abort") == 0)
            abort();
        return 7;
    }
    waitpid(child, &status, 0);
    printf("child: %s %d\n", WIFEXITED(status) ? "status" : "signal",
           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    return 1;
}
