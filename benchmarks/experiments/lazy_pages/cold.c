/* cold.c - what the memory itself takes of a fresh page: writing one that no cache holds.
 *
 * usage: cold PAGES
 *
 * Prints microseconds a page, of PAGES pages in random order, and of 64 pages over and over.  All
 * of them are there: the kernel has no part in it.  Copies as the kernel does, with rep movsb, and
 * waits for each page's stores, as the kernel's next lock does. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { PAGE = 4096, SOURCES = 32, WARM = 64 };

static char source[SOURCES * PAGE];
static uint32_t lock;

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void copy_page(void *to, const void *from) {
    size_t count = PAGE;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(count)::"memory");
    __atomic_fetch_add(&lock, 1, __ATOMIC_SEQ_CST);
}

static void shuffle(uint32_t *order, uint32_t count) {
    uint64_t state = 1;
    for (uint32_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t other = (uint32_t)((state >> 33) % (i + 1));
        order[i] = order[other];
        order[other] = i;
    }
}

/* Copies COUNT pages to the first DISTINCT places of ORDER. */
static double measure(char *memory, const uint32_t *order, uint32_t count, uint32_t distinct) {
    double start = now_us();
    for (uint32_t i = 0; i < count; i++)
        copy_page(memory + (size_t)order[i % distinct] * PAGE, source + i % SOURCES * PAGE);
    return (now_us() - start) / count;
}

int main(int argc, char **argv) {
    uint32_t pages = argc == 2 ? (uint32_t)atoi(argv[1]) : 0;
    uint32_t *order = calloc(pages, sizeof *order);
    if (pages < WARM || order == NULL)
        return 2;
    char *memory = mmap(NULL, (size_t)pages * PAGE, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 1;
    madvise(memory, (size_t)pages * PAGE, MADV_NOHUGEPAGE);
    memset(memory, 1, (size_t)pages * PAGE);
    shuffle(order, pages);
    double cold = measure(memory, order, pages, pages);
    printf("%.2f\t%.2f\n", cold, measure(memory, order, pages, WARM));
    return 0;
}
