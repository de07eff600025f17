/* floor.c - one more space of a library, against what no loader can do without.
 *
 * usage: floor LIBRARY CHILDREN
 *
 * The peer only maps the same files and applies their relative relocations: it searches, looks up
 * and checks nothing, makes no constructor run, and knows each path beforehand.  For memory it also
 * writes where relocations want a symbol's address: those pages no loader can keep clean. */
#define _GNU_SOURCE
#include "bench.h"
#include "proc.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { PAIRS = 8, SPACES = 24, FILES_MAX = 32, TAGS = 40 };

#ifndef DT_RELR /* glibc 2.35 */
enum { DT_RELRSZ = 35, DT_RELR = 36 };
#endif

#define PAGE 4096ul
#define DOWN(x) ((x) & ~(PAGE - 1))
#define UP(x) DOWN((x) + PAGE - 1)

static char *files[FILES_MAX];
static size_t file_count;

static int protection(const ElfW(Phdr) * ph) {
    return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
           (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

static void map_segment(char *base, const ElfW(Phdr) * ph, int fd, int is_first) {
    uintptr_t start = DOWN(ph->p_vaddr), file_end = ph->p_vaddr + ph->p_filesz;
    uintptr_t end = UP(ph->p_vaddr + ph->p_memsz);
    if (!is_first)
        mmap(base + start, UP(file_end) - start, protection(ph), MAP_PRIVATE | MAP_FIXED, fd,
             (off_t)DOWN(ph->p_offset));
    if (ph->p_memsz > ph->p_filesz && (ph->p_flags & PF_W))
        memset(base + file_end, 0, UP(file_end) - file_end);
    if (end > UP(file_end))
        mmap(base + UP(file_end), end - UP(file_end), protection(ph),
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

/* Whether places that need a symbol are written, too, with anything: for counting pages. */
static int write_all;

static void relocate_table(char *base, const ElfW(Rela) * rela, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned long type = ELF64_R_TYPE(rela[i].r_info);
        if (type == R_X86_64_RELATIVE || (write_all && type != R_X86_64_NONE))
            *(char **)(base + rela[i].r_offset) = base + rela[i].r_addend;
    }
}

/* A packed table: an address, then bit maps of the 63 words that follow. */
static void relocate_packed(char *base, const uintptr_t *entry, size_t count) {
    char **where = NULL;
    for (; count > 0; count--, entry++) {
        if (*entry & 1) {
            for (int bit = 1; bit < 64; bit++)
                if (*entry >> bit & 1)
                    where[bit - 1] += (uintptr_t)base;
            where += 63;
        } else {
            where = (char **)(base + *entry);
            *where++ += (uintptr_t)base;
        }
    }
}

static void relocate(char *base, const ElfW(Dyn) * entry) {
    char *address[TAGS] = {NULL};
    size_t size[TAGS] = {0};
    for (; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag < TAGS) {
            address[entry->d_tag] = base + entry->d_un.d_ptr;
            size[entry->d_tag] = entry->d_un.d_val;
        }
    relocate_packed(base, (const void *)address[DT_RELR], size[DT_RELRSZ] / sizeof(uintptr_t));
    relocate_table(base, (const void *)address[DT_RELA], size[DT_RELASZ] / sizeof(ElfW(Rela)));
    if (write_all)
        relocate_table(base, (const void *)address[DT_JMPREL],
                       size[DT_PLTRELSZ] / sizeof(ElfW(Rela)));
}

static void load(const char *path) {
    char head[4096];
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fstat(fd, &status) < 0 || pread(fd, head, sizeof head, 0) < (ssize_t)sizeof head)
        exit(1);
    const ElfW(Ehdr) *header = (const void *)head;
    const ElfW(Phdr) *ph = (const void *)(head + header->e_phoff), *end = ph + header->e_phnum;
    const ElfW(Phdr) *first = NULL, *last = NULL, *dynamic = NULL, *relro = NULL;
    for (const ElfW(Phdr) *p = ph; p < end; p++) {
        first = p->p_type == PT_LOAD && first == NULL ? p : first;
        last = p->p_type == PT_LOAD ? p : last;
        dynamic = p->p_type == PT_DYNAMIC ? p : dynamic;
        relro = p->p_type == PT_GNU_RELRO ? p : relro;
    }
    char *base =
        mmap(NULL, UP(last->p_vaddr + last->p_memsz), protection(first), MAP_PRIVATE, fd, 0);
    for (const ElfW(Phdr) *p = ph; p < end; p++)
        if (p->p_type == PT_LOAD)
            map_segment(base, p, fd, p == first);
    close(fd);
    relocate(base, (const void *)(base + dynamic->p_vaddr));
    if (relro != NULL)
        mprotect(base + DOWN(relro->p_vaddr),
                 DOWN(relro->p_vaddr + relro->p_memsz) - DOWN(relro->p_vaddr), PROT_READ);
}

static double open_peer(void) {
    double start = now_ns();
    for (size_t i = 0; i < file_count; i++)
        load(files[i]);
    return now_ns() - start;
}

static isolde_space *open_ours(const char *library, double *taken) {
    double start = now_ns();
    isolde_space *space = isolde_space_new(NULL, NULL);
    void *handle = isolde_dlopen(space, library, RTLD_NOW);
    *taken = now_ns() - start;
    require(handle, library, isolde_dlerror());
    return space;
}

static void find_files(isolde_space *space) {
    size_t count = 0;
    struct isolde_image_info *images = isolde_images(space, &count);
    for (size_t i = 0; i < count && file_count < FILES_MAX; i++)
        if (!images[i].shared)
            files[file_count++] = strdup(images[i].path);
    isolde_free(images);
}

static void measure(void *library) {
    double ours;
    find_files(open_ours(library, &ours));
    open_ours(library, &ours);
    open_ours(library, &ours); /* what is remembered is remembered now */
    open_peer();
    for (int i = 0; i < PAIRS; i++) {
        double peer = i % 2 ? open_peer() : 0;
        open_ours(library, &ours);
        peer = i % 2 ? peer : open_peer();
        print_pair("one more space", ours / 1e3, peer / 1e3, "us");
    }
    double before = private_dirty_kib();
    for (int i = 0; i < SPACES; i++)
        open_ours(library, &ours);
    double between = private_dirty_kib();
    for (int i = write_all = 1; i <= SPACES; i++)
        open_peer();
    double after = private_dirty_kib();
    print_pair("memory of one more space", (between - before) / SPACES, (after - between) / SPACES,
               "KiB");
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    for (int i = 0; i < atoi(argv[2]); i++)
        in_child(measure, argv[1]);
}
