/* Forks, and starts programs. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int seen;

long child_sees(void) {
    int status;
    seen = 5;
    pid_t child = fork();
    if (child == 0)
        _exit(seen + 1);
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

long by_popen(long number) {
    char command[64];
    long answer = -1;
    snprintf(command, sizeof command, "echo %ld", number);
    FILE *pipe = popen(command, "r");
    if (pipe == NULL)
        return -2;
    if (fscanf(pipe, "%ld", &answer) != 1)
        answer = -3;
    return pclose(pipe) == 0 ? answer : -4;
}
