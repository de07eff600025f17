#include "isolde.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LONG_ENOUGH_MS = 150 };
typedef const char *answer(int right);

static void open_once(char *text, size_t size) {
    isolde_space *space = isolde_space_new(NULL, NULL);
    void *top = isolde_dlopen(space, "./libtop.so", RTLD_NOW);
    if (top == NULL) {
        snprintf(text, size, "%s", isolde_dlerror());
        return;
    }
    answer *calls = (answer *)isolde_dlsym(top, "through_calls");
    answer *table = (answer *)isolde_dlsym(top, "through_table");
    snprintf(text, size, "%s, %s; %s, %s", calls(0), calls(1), table(0), table(1));
    isolde_space_close(space);
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until what was learnt is used: a file that has just changed is not believed yet. */
static void open_often(const char *when) {
    char first[256], next[256];
    long end = now_ms() + LONG_ENOUGH_MS;
    open_once(first, sizeof first);
    do {
        open_once(next, sizeof next);
    } while (strcmp(first, next) == 0 && now_ms() < end);
    printf("%s: %s\n", when, next);
}

static char *contents(const char *path, size_t *size) {
    struct stat status;
    int fd = open(path, O_RDONLY);
    fstat(fd, &status);
    *size = (size_t)status.st_size;
    char *bytes = malloc(*size);
    if (read(fd, bytes, *size) != status.st_size)
        exit(1);
    close(fd);
    return bytes;
}

static void write_into(const char *path, const char *source) {
    size_t size, before;
    free(contents(path, &before));
    char *bytes = contents(source, &size);
    printf("sizes %s\n", size == before ? "are the same" : "differ");
    int fd = open(path, O_WRONLY);
    if (write(fd, bytes, size) != (ssize_t)size)
        exit(1);
    close(fd);
    free(bytes);
}

int main(void) {
    open_often("at first");
    rename("libpair.so", "libpair-old.so");
    rename("libpair-swapped.so", "libpair.so");
    open_often("renamed over");
    write_into("libpair.so", "libpair-old.so");
    open_often("written in place");
    write_into("libpair.so", "libpair-alone.so");
    open_often("one symbol less");
    rename("libpair-old.so", "libpair.so");
    open_often("the first again");
}
