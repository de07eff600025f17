#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *ask(const char *name), *look(const char *name);

static const char *own(const char *name) { return getenv(name) ? getenv(name) : "unset"; }

static void show(const char *when) {
    printf("%s:", when);
    for (const char *names[] = {"A", "B", "C"}, **name = names; name < names + 3; name++)
        printf(" %s=%s,%s,%s", *name, own(*name), ask(*name), look(*name));
    printf("\n");
    fflush(stdout);
}

static char put[] = "C=put";
static char *array[] = {"A=array", "PATH=/usr/bin:/bin", NULL};

int main(void) {
    show("start");
    setenv("A", "set", 1);
    setenv("B", "kept", 0);
    setenv("C", "new", 0);
    for (int i = 0; i < 40; i++) {
        char name[8];
        snprintf(name, sizeof name, "N%d", i);
        setenv(name, "x", 1);
    }
    show("setenv");
    putenv(put);
    put[2] = 'P';
    unsetenv("A");
    show("putenv, unsetenv");
    printf("refused %d", setenv("", "x", 1));
    printf(" %d", errno == EINVAL);
    errno = 0;
    printf(" %d", unsetenv("A=B"));
    printf(" %d\n", errno == EINVAL);
    environ = array;
    show("environ set");
    setenv("B", "behind", 1);
    show("environ grown");
    pid_t child = fork();
    if (child == 0) {
        execlp("sh", "sh", "-c", "echo child: $A $B", NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    clearenv();
    printf("cleared %d\n", environ == NULL || *environ == NULL);
    show("clearenv");
}
