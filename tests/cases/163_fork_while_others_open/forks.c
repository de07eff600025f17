#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

/* 1 if the child opened, called and closed. */
int fork_and_open(void) {
    int status;
    pid_t child = fork();
    if (child == 0) {
        alarm(20); /* not inherited: a child that waits for ever would outlive the test */
        void *library = dlopen("libadd.so", RTLD_NOW);
        int (*add)(int, int) = library ? (int (*)(int, int))dlsym(library, "add") : 0;
        _exit(add != 0 && add(2, 3) == 5 && dlclose(library) == 0 ? 0 : 1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}
