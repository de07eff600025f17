#include <sys/wait.h>
#include <unistd.h>

#include "loader.h"

int main(void) {
    char said[4096];
    int status, ends[2];
    void *library = opened("./liblazy.so", RTLD_LAZY);
    int (*call)(void) = found(library, "call");
    if (pipe(ends) != 0)
        return 1;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        call();
        _exit(0);
    }
    close(ends[1]);
    waitpid(child, &status, 0);
    ssize_t length = read(ends[0], said, sizeof said - 1);
    said[length > 0 ? length : 0] = '\0';
    printf("exited %d with %d\n", WIFEXITED(status), WEXITSTATUS(status));
    printf("named %d\n", strstr(said, "nobody_defines_this_function") != NULL);
}
