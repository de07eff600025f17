#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "loader.h"

enum { IMAGES = 40, OPENS = 2000 };

static atomic_bool over;
static void *everything, *first;

/* Another file: a link would be the same image. */
static void open_copy(int i) {
    char name[64];
    snprintf(name, sizeof name, "./copy%d.so", i);
    int from = open("./libadd.so", O_RDONLY), to = open(name, O_WRONLY | O_CREAT, 0755);
    while (sendfile(to, from, NULL, 1 << 20) > 0)
        ;
    close(from);
    close(to);
    void *copy = opened(name, RTLD_NOW | RTLD_GLOBAL);
    if (i == 0)
        first = found(copy, "add");
}

static void *look_up(void *unused) {
    long wrong = 0;
    (void)unused;
    do
        wrong += dlsym(everything, "add") != first;
    while (!atomic_load(&over));
    return (void *)wrong;
}

int main(void) {
    pthread_t thread;
    void *wrong;
    int failed = 0;
    for (int i = 0; i < IMAGES; i++)
        open_copy(i);
    everything = opened(NULL, RTLD_NOW);
    pthread_create(&thread, NULL, look_up, NULL);
    for (int i = 0; i < OPENS; i++)
        failed += dlopen("./absent.so", RTLD_NOW) == NULL;
    atomic_store(&over, true);
    pthread_join(thread, &wrong);
    printf("failed %d, wrong %ld\n", failed, (long)wrong);
}
