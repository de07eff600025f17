#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *when, int argc, char **argv, char **envp) {
    printf("%s %s: %d %s, environment %d, short name %s\n", WHO, when, argc, argv[argc - 1],
           envp == environ, program_invocation_short_name);
}

extern pthread_t thread_of_constructors;
#ifndef EXECUTABLE
pthread_t thread_of_constructors;
#endif

__attribute__((constructor)) static void begin(int argc, char **argv, char **envp) {
    say("constructor", argc, argv, envp);
    thread_of_constructors = pthread_self();
    if (strcmp(argv[argc - 1], WHO) == 0)
        exit(8);
}

__attribute__((destructor)) static void end(void) { printf("%s ends\n", WHO); }

#ifdef EXECUTABLE
/* Before libc itself is ready, in a process. */
static void preinit(int argc, char **argv, char **envp) {
    printf("before all: %d %s, environment %d\n", argc, argv[argc - 1], envp != NULL);
}
__attribute__((section(".preinit_array"), used)) static void (*const entry)(int, char **,
                                                                            char **) = preinit;
#endif
