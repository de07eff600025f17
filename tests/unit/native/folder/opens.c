/* opens.c - opens a library in a process of its own for each line of standard input.
 *
 * usage: opens LIBRARY
 *
 * Prints what its answer() returns, or how the process ended. */
#include "isolde.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int answer(const char *library) {
    void *handle = isolde_dlopen(isolde_space_new(NULL, NULL), library, RTLD_NOW);
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
            answer(argv[1]);
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
