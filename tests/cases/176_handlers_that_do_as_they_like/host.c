#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader.h"

typedef int leaves(void (*function)(void *), void *argument);

static void *second;
static leaves *leave, *leave_in_part, *leave_in_second;
static void (*end_part)(void);

static void say(void *text) { puts(text); }

static void leave_more(void *text) {
    puts(text);
    leave(say, "left by a handler");
}

static void close_second(void *text) {
    puts(text);
    dlclose(second);
}

static void fork_and_exit(void *text) {
    int status = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0)
        _exit(7);
    waitpid(child, &status, 0);
    printf("%s %d\n", (char *)text, WEXITSTATUS(status));
}

static void end_thread(void *text) {
    puts(text);
    pthread_exit(NULL);
}

static void *close_it(void *library) {
    dlclose(library);
    puts("closed");
    return NULL;
}

static void *in_thread(void *(*start)(void *), void *argument) {
    pthread_t thread;
    pthread_create(&thread, NULL, start, argument);
    pthread_join(thread, NULL);
    return NULL;
}

static void *end_the_part(void *unused) {
    end_part();
    puts("the part has ended");
    return unused;
}

int main(void) {
    void *first = opened("./libfirst.so", RTLD_NOW);
    second = opened("./libsecond.so", RTLD_NOW);
    *(void **)&leave = dlsym(first, "leave");
    *(void **)&leave_in_part = dlsym(first, "leave_in_part");
    *(void **)&end_part = dlsym(first, "end_part");
    *(void **)&leave_in_second = dlsym(second, "leave");
    leave(say, "oldest");
    leave_in_part(say, "oldest of the part");
    leave(fork_and_exit, "forks");
    leave_in_part(end_thread, "ends its thread");
    leave(close_second, "closes another");
    leave_in_second(say, "handler of the other");
    leave(leave_more, "leaves one more");
    leave_in_part(say, "newest of the part");
    in_thread(end_the_part, NULL);
    in_thread(end_the_part, NULL);
    in_thread(close_it, first);
}
