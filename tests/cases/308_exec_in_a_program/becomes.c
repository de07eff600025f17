#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void handler(void) {
    puts("never");
    fflush(stdout);
}

int main(int argc, char **argv) {
    char *const list[] = {"sh", "-c", argv[2], "zero", "one", NULL};
    char *const env[] = {"V=given", NULL};
    (void)argc;
    atexit(handler);
    setenv("V", "set", 1);
    execl("/nonexistent", "x", NULL);
    printf("%s\n", strerror(errno));
    fflush(stdout);
    switch (*argv[1]) {
    case 'l':
        execl("/bin/sh", "sh", "-c", argv[2], "zero", "one", NULL);
        break;
    case 'p':
        execlp("sh", "sh", "-c", argv[2], "zero", "one", NULL);
        break;
    case 'e':
        execle("/bin/sh", "sh", "-c", argv[2], "zero", "one", NULL, env);
        break;
    case 'v':
        execv("/bin/sh", list);
        break;
    case 'w':
        execvp("sh", list);
        break;
    case 'x':
        execvpe("sh", list, env);
        break;
    case 'y':
        execve("/bin/sh", list, env);
        break;
    case 'f':
        fexecve(open("/bin/sh", O_RDONLY | O_CLOEXEC), list, env);
    }
    return 99;
}
