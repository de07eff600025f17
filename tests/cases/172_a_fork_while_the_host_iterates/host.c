#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loader.h"

static sem_t inside, forked;

static int stay(struct dl_phdr_info *info, size_t size, void *data) {
    (void)info;
    (void)size;
    (void)data;
    sem_post(&inside);
    sem_wait(&forked);
    return 1;
}

static void *iterate(void *unused) {
    dl_iterate_phdr(stay, NULL);
    return unused;
}

static int count(struct dl_phdr_info *info, size_t size, void *data) {
    (void)info;
    (void)size;
    ++*(int *)data;
    return 0;
}

static int works_in_child(void) {
    int objects = 0;
    alarm(20); /* not inherited: a child that waits for ever would outlive the test */
    dl_iterate_phdr(count, &objects);
    int (*add)(int, int) = (int (*)(int, int))dlsym(opened("./libadd.so", RTLD_NOW), "add");
    return objects > 2 && add != NULL && add(2, 3) == 5;
}

int main(void) {
    pthread_t thread;
    int status = -1;
    the_space();
    sem_init(&inside, 0, 0);
    sem_init(&forked, 0, 0);
    pthread_create(&thread, NULL, iterate, NULL);
    sem_wait(&inside);
    pid_t child = fork();
    if (child == 0)
        _exit(works_in_child() ? 0 : 1);
    sem_post(&forked);
    pthread_join(thread, NULL);
    waitpid(child, &status, 0);
    printf("status %d\n", status);
    return 0;
}
