#include <sys/wait.h>
#include <unistd.h>

#include "loader.h"

static int calls;

static int calls_of_a_fork(void) {
    int before = calls, status;
    pid_t child = fork();
    if (child == 0)
        _exit(calls - before);
    waitpid(child, &status, 0);
    return (calls - before) * 10 + WEXITSTATUS(status);
}

int main(void) {
    void *library = opened("./libatfork.so", RTLD_NOW);
    void (*count_forks)(int *) = found(library, "count_forks");
    count_forks(&calls);
    printf("open %d\n", calls_of_a_fork());
    dlclose(library);
    printf("mapped %d\n", mappings_of("/libatfork.so"));
    printf("closed %d\n", calls_of_a_fork());
}
