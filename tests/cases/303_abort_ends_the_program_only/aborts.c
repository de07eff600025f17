#define _GNU_SOURCE
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void never(void) {
    puts("a handler");
    fflush(stdout);
}

__attribute__((noinline)) static void smash(size_t size) {
    char room[16];
    memset(room, 1, size);
    __asm__ volatile("" : : "r"(room) : "memory");
}

int main(int argc, char **argv) {
    dup2(STDOUT_FILENO, STDERR_FILENO);
    atexit(never);
    if (strcmp(argv[1], "assert") == 0)
        assert(argc == 7);
    if (strcmp(argv[1], "smash") == 0)
        smash(32);
    if (strcmp(argv[1], "raise") == 0)
        raise(SIGTERM);
    if (strcmp(argv[1], "kill") == 0)
        kill(getpid(), SIGKILL);
    if (strcmp(argv[1], "pthread_kill") == 0 && pthread_kill(pthread_self(), 0) == 0)
        pthread_kill(pthread_self(), SIGUSR1);
    if (strcmp(argv[1], "tgkill") == 0 && tgkill(getpid(), gettid(), 0) == 0)
        tgkill(getpid(), gettid(), SIGUSR2);
    if (strcmp(argv[1], "sigqueue") == 0) {
        signal(SIGHUP, SIG_DFL); /* whoever started the tests may ignore it, as nohup does */
        sigqueue(getpid(), SIGHUP, (union sigval){0});
    }
    abort();
}
