#include "isolde.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { LONG_ENOUGH_MS = 500 };

static char other[1 << 20];
static ssize_t other_size;
static int armed;

/* The loader's mmap: somebody has just written to the file whose text it maps. */
void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
    if (armed && fd >= 0 && (protection & PROT_EXEC)) {
        armed = 0;
        int file = open("libvalue.so", O_WRONLY);
        if (write(file, other, (size_t)other_size) != other_size)
            exit(1);
        close(file);
    }
    return (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
}

static void answer(char *text, size_t size) {
    isolde_space *space = isolde_space_new(NULL, NULL);
    void *library = isolde_dlopen(space, "./libvalue.so", RTLD_NOW);
    if (library == NULL) {
        snprintf(text, size, "%s", isolde_dlerror());
        return;
    }
    int (*first)(void) = (int (*)(void))isolde_dlsym(library, "first");
    int (*second)(void) = (int (*)(void))isolde_dlsym(library, "second");
    snprintf(text, size, "%d %d", first(), second());
    isolde_space_close(space);
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void) {
    char text[256];
    struct stat before, after;
    int file = open("libvalue-other.so", O_RDONLY);
    other_size = read(file, other, sizeof other);
    close(file);
    stat("libvalue.so", &before);
    stat("libvalue-other.so", &after);
    printf("sizes %s\n", before.st_size == after.st_size ? "are the same" : "differ");
    for (long end = now_ms() + LONG_ENOUGH_MS; now_ms() < end;)
        answer(text, sizeof text);
    printf("remembered: %s\n", text);
    armed = 1;
    answer(text, sizeof text);
    printf("written to meanwhile: %s\n", text);
    answer(text, sizeof text);
    printf("after that: %s\n", text);
}
