#include <fcntl.h>
#include <pthread.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "loader.h"

enum { IMAGES = 200 };

static void *images[IMAGES];

/* Another file: a link would be the same image. */
static void copy(int i) {
    char name[64];
    snprintf(name, sizeof name, "./copy%d.so", i);
    int from = open("./libcounter.so", O_RDONLY), to = open(name, O_WRONLY | O_CREAT, 0755);
    while (sendfile(to, from, NULL, 1 << 20) > 0)
        ;
    close(from);
    close(to);
}

static void open_copy(int i) {
    char name[64];
    snprintf(name, sizeof name, "./copy%d.so", i);
    images[i] = opened(name, RTLD_NOW);
}

static void *use(void *unused) {
    long right = 0;
    (void)unused;
    for (int i = 0; i < IMAGES; i++)
        right += number(images[i], "bump") == 41 && number(images[i], "bump_zero") == 1;
    return (void *)right;
}

static long in_a_thread(void) {
    pthread_t thread;
    void *right;
    pthread_create(&thread, NULL, use, NULL);
    pthread_join(thread, &right);
    return (long)right;
}

int main(void) {
    for (int i = 0; i < IMAGES; i++) {
        copy(i);
        open_copy(i);
    }
    printf("main %ld, thread %ld\n", (long)use(NULL), in_a_thread());
    for (int i = 0; i < IMAGES; i += 3)
        dlclose(images[i]);
    for (int i = (IMAGES - 1) / 3 * 3; i >= 0; i -= 3)
        open_copy(i);
    int fresh = 0, kept = 0;
    for (int i = 0; i < IMAGES; i++) {
        int value = number(images[i], "bump");
        fresh += value == 41;
        kept += value == 42;
    }
    printf("fresh %d, kept %d, thread %ld\n", fresh, kept, in_a_thread());
}
