/* opens.c - opens a library in a process of its own for each line of standard input.
 *
 * usage: opens LIBRARY [host|beside]
 *
 * With "host" in a space that sees all that the host has loaded, with "beside" after it was opened
 * in such a one.  Prints what its answer() returns, or how the process ended. */
#include "isolde.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *opened(const char *library, int host) {
    struct isolde_options options = {.size = sizeof options, .host = host};
    return isolde_dlopen(isolde_space_new(NULL, &options), library, RTLD_NOW);
}

static int answer(const char *library, const char *how) {
    if (strcmp(how, "beside") == 0)
        opened(library, 1);
    void *handle = opened(library, strcmp(how, "host") == 0);
    int (*function)(void) = handle ? (int (*)(void))isolde_dlsym(handle, "answer") : NULL;
    if (function == NULL)
        printf("%s\n", isolde_dlerror());
    else
        printf("%d\n", function());
    return 0;
}

int main(int argc, char **argv) {
    char line[16];
    if (argc < 2)
        return 2;
    while (fgets(line, sizeof line, stdin) != NULL) {
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            answer(argv[1], argc > 2 ? argv[2] : "");
            fflush(stdout);
            _exit(0);
        }
        waitpid(child, &status, 0);
        if (status != 0)
            printf("ended with %#x\n", (unsigned)status);
        fflush(stdout);
    }
    return 0;
}
