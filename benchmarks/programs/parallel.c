/* parallel.c - whether two threads open twice as many spaces as one.
 *
 * usage: parallel LIBRARY SAMPLES dlmopen|kernel
 *
 * Each open makes a space of its own.  A figure is the time on the clock for each open of two
 * threads that open at once, against that of one thread alone: 50 % is all that two processors can
 * give.  The peer `kernel` only maps the file's segments and has the pages of the writable ones
 * made: no loader of one process can scale better, because the kernel has one lock for a process's
 * mappings.  Each run is in a child of its own; glibc gives a process no more than a dozen
 * namespaces.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

enum { OPENS = 4, PAGE = 4096 };

#ifndef MADV_POPULATE_WRITE /* Linux 5.14 */
enum { MADV_POPULATE_WRITE = 23 };
#endif

typedef void open_one(void);

static const char *library;
static char path[4096];
static atomic_int ready;
static int threads;

static double clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void open_ours(void) {
    void *handle = isolde_dlopen(isolde_space_new(NULL, NULL), library, RTLD_NOW);
    require(handle, library, isolde_dlerror());
}

static void open_dlmopen(void) {
    require(dlmopen(LM_ID_NEWLM, library, RTLD_NOW), library, dlerror());
}

static void map_segment(char *base, const ElfW(Phdr) * ph, int fd) {
    size_t before = ph->p_vaddr % PAGE;
    char *start = base + ph->p_vaddr - before;
    int protection =
        PROT_READ | (ph->p_flags & PF_W ? PROT_WRITE : 0) | (ph->p_flags & PF_X ? PROT_EXEC : 0);
    mmap(start, before + ph->p_filesz, protection, MAP_PRIVATE | MAP_FIXED, fd,
         (off_t)(ph->p_offset - before));
    if (ph->p_flags & PF_W)
        madvise(start, (before + ph->p_filesz + PAGE - 1) / PAGE * PAGE, MADV_POPULATE_WRITE);
}

static void open_kernel(void) {
    char head[PAGE];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (pread(fd, head, sizeof head, 0) < (ssize_t)sizeof head)
        exit(1);
    const ElfW(Ehdr) *header = (const void *)head;
    const ElfW(Phdr) *ph = (const void *)(head + header->e_phoff), *end = ph + header->e_phnum;
    size_t size = 0;
    for (const ElfW(Phdr) *p = ph; p < end; p++)
        size = p->p_type == PT_LOAD ? p->p_vaddr + p->p_memsz : size;
    char *base = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (const ElfW(Phdr) *p = ph; p < end; p++)
        if (p->p_type == PT_LOAD)
            map_segment(base, p, fd);
    close(fd);
}

struct run {
    open_one *one;
    pthread_t thread;
    double start, end;
};

/* Begins with the other, for which it waits running. */
static void *open_all(void *data) {
    struct run *run = data;
    atomic_fetch_add(&ready, 1);
    while (atomic_load(&ready) < threads)
        sched_yield();
    run->start = clock_ns();
    for (int i = 0; i < OPENS; i++)
        run->one();
    run->end = clock_ns();
    return NULL;
}

/* For each open. */
static double opens_ns(open_one *one) {
    struct run runs[2] = {{.one = one}, {.one = one}};
    one();
    one(); /* what is remembered is remembered now */
    for (int i = 0; i < threads; i++)
        pthread_create(&runs[i].thread, NULL, open_all, &runs[i]);
    for (int i = 0; i < threads; i++)
        pthread_join(runs[i].thread, NULL);
    double start = runs[0].start, end = runs[0].end;
    if (threads > 1) {
        start = runs[1].start < start ? runs[1].start : start;
        end = runs[1].end > end ? runs[1].end : end;
    }
    return (end - start) / (threads * OPENS);
}

static double measure(void *one) { return opens_ns((open_one *)one); }

static double two_against_one(open_one *one) {
    threads = 1;
    double alone = from_child(measure, (void *)one);
    threads = 2;
    return 100 * from_child(measure, (void *)one) / alone;
}

static void find_path(void) {
    void *handle = require(dlopen(library, RTLD_LAZY), library, dlerror());
    struct link_map *map;
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    snprintf(path, sizeof path, "%s", map->l_name);
    dlclose(handle);
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    library = argv[1];
    open_one *peer = strcmp(argv[3], "kernel") == 0 ? open_kernel : open_dlmopen;
    find_path();
    for (int i = 0; i < atoi(argv[2]); i++) {
        double ours = two_against_one(open_ours);
        print_pair("two threads that open", ours, two_against_one(peer), "%");
    }
}
