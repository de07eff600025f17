/* map.c - from a file to its segments in memory.
 *
 * The segments are mapped from the file itself, so text is shared between all spaces (and with
 * every other process) and profilers see real names.  The whole range is reserved by the first
 * segment's mapping, as glibc does, and the others are laid over it.
 *
 * An image starts on a 64 KiB boundary (addresses.c needs it) or on its own p_align if that is
 * greater.  Asking mmap for an address just below the previous image usually gives that without
 * over-allocating; only if the kernel puts it elsewhere is a larger range taken and trimmed.
 *
 * Nothing in the file is believed: every offset is checked against the file's size and every
 * address against the image, before it is used (gABI chapter 5; elf(5)). */
#include "loader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HEADERS_MAX = 256 };

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; an older one refuses it, and pages fault as ever */
#endif

/* No real object is near it; the address table has an entry for every granule of an image. */
#define SPAN_MAX (UINT64_C(1) << 36)

struct layout {
    const struct image *image;
    const char *needed_by;
    ElfW(Ehdr) header;
    ElfW(Phdr) headers[HEADERS_MAX];
    const ElfW(Phdr) * first, *dynamic;
    uintptr_t low, high; /* page-aligned vaddr range of all PT_LOAD */
    size_t alignment;
    bool executable_stack;
    char interpreter[256]; /* PT_INTERP, or empty */
    unsigned mappings;
    off_t file_size;
};

static int bad(const struct layout *layout, const char *what) {
    const char *path = layout->image->map.l_name;
    const char *by = layout->needed_by;
    struct error_detail detail = {.file = path, .needed_by = by};
    error_set(ISOLDE_EFORMAT, &detail, "%s%s%s: %s", path, by ? ", needed by " : "", by ? by : "",
              what);
    return -1;
}

static int read_exactly(int fd, void *buffer, size_t size, off_t offset) {
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, (char *)buffer + done, size - done, offset + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

static int read_header(struct layout *layout, int fd) {
    ElfW(Ehdr) *header = &layout->header;
    if (read_exactly(fd, header, sizeof *header, 0) < 0)
        return bad(layout, "file too short");
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return bad(layout, "invalid ELF header");
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
        return bad(layout, "wrong ELF class: ELFCLASS32");
    if (header->e_ident[EI_DATA] != ELFDATA2LSB)
        return bad(layout, "ELF file data encoding not little-endian");
    if (header->e_machine != EM_X86_64)
        return bad(layout, "made for another machine (e_machine is not x86-64)");
    if (header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
        return bad(layout, "ELF file version does not match current one");
    if (header->e_ident[EI_OSABI] != ELFOSABI_SYSV && header->e_ident[EI_OSABI] != ELFOSABI_GNU)
        return bad(layout, "ELF file OS ABI invalid");
    if (header->e_type != ET_DYN && !(layout->image->program && header->e_type == ET_EXEC))
        return bad(layout, header->e_type == ET_EXEC ? "cannot dynamically load executable"
                                                     : "only ET_DYN objects can be loaded");
    if (header->e_phentsize != sizeof(ElfW(Phdr)))
        return bad(layout, "ELF file's phentsize not the expected size");
    return 0;
}

static int read_program_headers(struct layout *layout, int fd) {
    const ElfW(Ehdr) *header = &layout->header;
    if (header->e_phnum == 0 || header->e_phnum > HEADERS_MAX)
        return bad(layout, "object file has no or too many program headers");
    size_t size = header->e_phnum * sizeof(ElfW(Phdr));
    if (header->e_phoff > (uint64_t)layout->file_size ||
        read_exactly(fd, layout->headers, size, (off_t)header->e_phoff) < 0)
        return bad(layout, "program headers lie outside the file");
    return 0;
}

static int check_load(struct layout *layout, const ElfW(Phdr) * ph, const ElfW(Phdr) * previous) {
    uint64_t end;
    if (ph->p_memsz < ph->p_filesz || __builtin_add_overflow(ph->p_vaddr, ph->p_memsz, &end) ||
        end > (UINT64_C(1) << 46))
        return bad(layout, "a PT_LOAD segment has impossible sizes");
    if (ph->p_offset > (uint64_t)layout->file_size ||
        ph->p_filesz > (uint64_t)layout->file_size - ph->p_offset)
        return bad(layout, "file too short: a PT_LOAD segment lies outside it");
    if (ph->p_align > 1 && (ph->p_align & (ph->p_align - 1)))
        return bad(layout, "ELF load command alignment not a power of two");
    if (ph->p_align > (UINT64_C(1) << 32))
        return bad(layout, "ELF load command alignment too large");
    if (((ph->p_vaddr - ph->p_offset) & (PAGE_SIZE - 1)) != 0)
        return bad(layout, "ELF load command address/offset not page-aligned");
    if (previous != NULL && PAGE_DOWN(ph->p_vaddr) < PAGE_UP(previous->p_vaddr + previous->p_memsz))
        return bad(layout, "PT_LOAD segments overlap or are not in ascending order");
    return 0;
}

static int plan_load(struct layout *layout, const ElfW(Phdr) * ph) {
    const ElfW(Phdr) *previous = NULL;
    for (const ElfW(Phdr) *p = layout->headers; p < ph; p++)
        if (p->p_type == PT_LOAD && p->p_memsz > 0)
            previous = p;
    if (check_load(layout, ph, previous) < 0)
        return -1;
    if (layout->first == NULL) {
        layout->first = ph;
        layout->low = PAGE_DOWN(ph->p_vaddr);
    }
    layout->high = PAGE_UP(ph->p_vaddr + ph->p_memsz);
    if (ph->p_align > layout->alignment)
        layout->alignment = ph->p_align;
    layout->mappings +=
        1 + (PAGE_UP(ph->p_vaddr + ph->p_memsz) > PAGE_UP(ph->p_vaddr + ph->p_filesz));
    return 0;
}

static int plan_tls(struct layout *layout, struct tls_block *tls, const ElfW(Phdr) * ph) {
    if (ph->p_memsz < ph->p_filesz || ph->p_memsz > (UINT64_C(1) << 30))
        return bad(layout, "the PT_TLS segment has impossible sizes");
    if (ph->p_align > 1 && ((ph->p_align & (ph->p_align - 1)) || ph->p_align > (1 << 20)))
        return bad(layout, "the PT_TLS segment has an impossible alignment");
    *tls = (struct tls_block){
        .file_size = ph->p_filesz,
        .memory_size = ph->p_memsz,
        .alignment = ph->p_align ? ph->p_align : 1,
        .first_byte = ph->p_align ? ph->p_vaddr & (ph->p_align - 1) : 0,
        .initial = (void *)ph->p_vaddr, /* becomes an address once the base is known */
        .module = -1,
    };
    return 0;
}

/* What a program is made for that no space can give it. */
static int check_program(const struct layout *layout, const struct image *image) {
    const char *interpreter = layout->interpreter;
    const char *slash = strrchr(interpreter, '/');
    if (*interpreter == '\0' && (layout->header.e_type == ET_EXEC || layout->dynamic == NULL))
        return bad(layout, "a statically linked program, which would set up the process for "
                           "itself; link it dynamically, or start it as a process");
    if (*interpreter == '\0')
        return bad(layout, "not a program but a shared library, or a statically linked program "
                           "(no PT_INTERP)");
    if (strcmp(slash ? slash + 1 : interpreter, "ld-linux-x86-64.so.2") != 0)
        return bad(layout, "a program for another libc than this process's glibc: its interpreter "
                           "is not ld-linux-x86-64.so.2");
    if (image->tls.memory_size > 0)
        return bad(layout, "a program with thread-local variables of its own (PT_TLS), which its "
                           "code expects where the host's are; build it as a shared library, or "
                           "start it as a process");
    return 0;
}

static void read_interpreter(struct layout *layout, const ElfW(Phdr) * ph, int fd) {
    size_t size = ph->p_filesz;
    if (size >= sizeof layout->interpreter)
        size = sizeof layout->interpreter - 1;
    if (read_exactly(fd, layout->interpreter, size, (off_t)ph->p_offset) < 0)
        size = 0;
    layout->interpreter[size] = '\0';
}

static int plan(struct layout *layout, struct image *image, int fd) {
    layout->alignment = GRANULE;
    layout->executable_stack = true; /* the psABI's default where PT_GNU_STACK is absent */
    for (size_t i = 0; i < layout->header.e_phnum; i++) {
        const ElfW(Phdr) *ph = &layout->headers[i];
        bool empty = ph->p_memsz == 0 && ph->p_filesz == 0;
        if (ph->p_type == PT_LOAD && !empty && plan_load(layout, ph) < 0)
            return -1;
        if (ph->p_type == PT_DYNAMIC)
            layout->dynamic = ph;
        if (ph->p_type == PT_TLS && ph->p_memsz > 0 && plan_tls(layout, &image->tls, ph) < 0)
            return -1;
        if (ph->p_type == PT_GNU_STACK)
            layout->executable_stack = ph->p_flags & PF_X;
        if (ph->p_type == PT_GNU_RELRO) {
            image->relro_start = ph->p_vaddr;
            image->relro_end = ph->p_vaddr + ph->p_memsz;
            layout->mappings++;
        }
        if (ph->p_type == PT_GNU_EH_FRAME)
            image->eh_frame_header = (void *)ph->p_vaddr;
        if (ph->p_type == PT_INTERP && image->program)
            read_interpreter(layout, ph, fd);
    }
    if (image->program && check_program(layout, image) < 0)
        return -1;
    if (layout->first == NULL)
        return bad(layout, "object file has no loadable segments");
    if (layout->dynamic == NULL)
        return bad(layout, "object file has no dynamic section");
    if (layout->high - layout->low > SPAN_MAX)
        return bad(layout, "its segments span more than 64 GiB of addresses");
    return 0;
}

static int protection(const ElfW(Phdr) * ph) {
    return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
           (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

/* Linked for addresses of its own (ET_EXEC). */
static bool is_fixed(const struct image *image) { return image->program && image->map.l_addr == 0; }

void map_release(const struct image *image) {
    munmap((void *)image->start, image->end - image->start);
    if (!is_fixed(image))
        addresses_given_back(image->end);
    mappings_return(image->mappings);
}

static char *map_hinted(const struct layout *layout, size_t size, int fd) {
    uintptr_t hint = addresses_hint(size, layout->alignment);
    const ElfW(Phdr) *ph = layout->first;
    off_t offset = (off_t)PAGE_DOWN(ph->p_offset);
    char *at = mmap((void *)hint, size, protection(ph), MAP_PRIVATE, fd, offset);
    if (at == MAP_FAILED || ((uintptr_t)at & (layout->alignment - 1)) == 0)
        return at;
    munmap(at, size);
    size_t room = size + layout->alignment;
    char *wide = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (wide == MAP_FAILED)
        return wide;
    at = (char *)(((uintptr_t)wide + layout->alignment - 1) & ~(layout->alignment - 1));
    if (at > wide)
        munmap(wide, (size_t)(at - wide));
    if (at + size < wide + room)
        munmap(at + size, (size_t)(wide + room - (at + size)));
    return mmap(at, size, protection(ph), MAP_PRIVATE | MAP_FIXED, fd, offset);
}

/* What /proc/self/maps has between these addresses. */
static void name_occupant(uintptr_t start, uintptr_t end, char *name, size_t size) {
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[4400], path[4200];
    uintptr_t low, high;
    snprintf(name, size, "something");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        path[0] = '\0';
        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %4199[^\n]", &low, &high, path) < 2 ||
            high <= start || low >= end)
            continue;
        snprintf(name, size, "%s", *path ? path : "memory of no file");
        break;
    }
    if (maps != NULL)
        fclose(maps);
}

static char *map_fixed(const struct layout *layout, size_t size, int fd) {
    char occupant[4500];
    uintptr_t start = layout->low, end = layout->high;
    const char *path = layout->image->map.l_name;
    const struct image *other = addresses_in_the_way(start, end);
    char *at = MAP_FAILED;
    errno = EEXIST;
    if (other == NULL)
        at = mmap((void *)start, size, protection(layout->first), MAP_PRIVATE | MAP_FIXED_NOREPLACE,
                  fd, (off_t)PAGE_DOWN(layout->first->p_offset));
    if (at != MAP_FAILED && (uintptr_t)at != start) { /* Linux before 4.17 */
        munmap(at, size);
        errno = EEXIST;
    } else if (at != MAP_FAILED || errno != EEXIST) {
        return at;
    }
    if (other != NULL)
        snprintf(occupant, sizeof occupant, "%s in space '%s'", other->map.l_name,
                 other->space->name);
    else
        name_occupant(start, end, occupant, sizeof occupant);
    error_set(ISOLDE_EMEMORY, &(struct error_detail){.file = path},
              "%s: a program for the addresses %#lx-%#lx, where %s is; link it with -pie", path,
              start, end, occupant);
    return NULL;
}

/* Zeroes the part of the last file page that is bss and maps the bss pages behind it. */
static int map_bss(const ElfW(Phdr) * ph, uintptr_t base) {
    uintptr_t file_end = base + ph->p_vaddr + ph->p_filesz;
    uintptr_t end = PAGE_UP(base + ph->p_vaddr + ph->p_memsz);
    uintptr_t page = ph->p_filesz ? PAGE_UP(file_end) : PAGE_DOWN(file_end);
    if (ph->p_filesz && file_end < page && ph->p_memsz > ph->p_filesz) {
        int prot = protection(ph);
        bool opened = !(prot & PROT_WRITE);
        uintptr_t start = PAGE_DOWN(file_end);
        if (opened && mprotect((void *)start, PAGE_SIZE, prot | PROT_WRITE) < 0)
            return -1;
        memset((void *)file_end, 0, page - file_end);
        if (opened && mprotect((void *)start, PAGE_SIZE, prot) < 0)
            return -1;
    }
    if (end > page && mmap((void *)page, end - page, protection(ph),
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED)
        return -1;
    return 0;
}

static int map_rest(const struct layout *layout, uintptr_t base, int fd) {
    uintptr_t covered = base + PAGE_UP(layout->first->p_vaddr + layout->first->p_filesz);
    for (size_t i = 0; i < layout->header.e_phnum; i++) {
        const ElfW(Phdr) *ph = &layout->headers[i];
        if (ph->p_type != PT_LOAD || ph->p_memsz == 0)
            continue;
        uintptr_t start = base + PAGE_DOWN(ph->p_vaddr);
        uintptr_t file_end = base + PAGE_UP(ph->p_vaddr + ph->p_filesz);
        if (start > covered && mprotect((void *)covered, start - covered, PROT_NONE) < 0)
            return -1;
        if (ph != layout->first && ph->p_filesz > 0 &&
            mmap((void *)start, file_end - start, protection(ph), MAP_PRIVATE | MAP_FIXED, fd,
                 (off_t)PAGE_DOWN(ph->p_offset)) == MAP_FAILED)
            return -1;
        if (ph->p_memsz > ph->p_filesz && map_bss(ph, base) < 0)
            return -1;
        covered = base + PAGE_UP(ph->p_vaddr + ph->p_memsz);
    }
    return 0;
}

static int out_of_mappings(const struct layout *layout, int error) {
    const char *path = layout->image->map.l_name;
    error_set(ISOLDE_EMEMORY, &(struct error_detail){.file = path, .needed_by = layout->needed_by},
              "%s: cannot map its segments: %s", path, strerror(error));
    return -1;
}

static int map_segments(struct layout *layout, struct image *image, int fd) {
    size_t size = layout->high - layout->low;
    if (mappings_reserve(layout->mappings, image->map.l_name) < 0)
        return -1;
    bool fixed = layout->header.e_type == ET_EXEC;
    char *at = (fixed ? map_fixed : map_hinted)(layout, size, fd);
    if (at == MAP_FAILED || at == NULL) {
        int error = errno;
        mappings_return(layout->mappings);
        return at == NULL ? -1 : out_of_mappings(layout, error);
    }
    image->mappings = layout->mappings;
    image->start = (uintptr_t)at;
    image->end = image->start + size;
    image->map.l_addr = image->start - layout->low;
    image->entry = image->map.l_addr + layout->header.e_entry;
    if (!fixed)
        addresses_taken(image->start);
    return map_rest(layout, image->map.l_addr, fd) < 0 ? out_of_mappings(layout, errno) : 0;
}

static int copy_headers(struct image *image, const ElfW(Phdr) * headers) {
    size_t size = image->header_count * sizeof *headers;
    ElfW(Phdr) *copy = malloc(size);
    image->headers = copy;
    if (copy != NULL) {
        memcpy(copy, headers, size);
        return 0;
    }
    image->header_count = 0;
    error_set(ISOLDE_EMEMORY, NULL, "out of memory");
    return -1;
}

/* Keeps the headers: from the image where a segment holds them that relocations cannot write to,
 * else a copy. */
static int keep_headers(const struct layout *layout, struct image *image) {
    size_t size = layout->header.e_phnum * sizeof(ElfW(Phdr));
    image->header_count = layout->header.e_phnum;
    for (size_t i = 0; i < layout->header.e_phnum; i++) {
        const ElfW(Phdr) *ph = &layout->headers[i];
        if (ph->p_type != PT_LOAD || layout->header.e_phoff < ph->p_offset ||
            layout->header.e_phoff + size > ph->p_offset + ph->p_filesz ||
            (ph->p_flags & (PF_R | PF_W)) != PF_R)
            continue;
        uintptr_t at = layout->header.e_phoff - ph->p_offset + ph->p_vaddr + image->map.l_addr;
        if (at % _Alignof(ElfW(Phdr)) != 0)
            break;
        image->headers = (const void *)at;
        return 0;
    }
    return copy_headers(image, layout->headers);
}

static int place_parts(const struct layout *layout, struct image *image) {
    uintptr_t base = image->map.l_addr;
    image->map.l_ld = (void *)(base + layout->dynamic->p_vaddr);
    if (!map_covers(image, (uintptr_t)image->map.l_ld, sizeof(ElfW(Dyn)), PF_R) ||
        (uintptr_t)image->map.l_ld % _Alignof(ElfW(Dyn)))
        return bad(layout, "the dynamic section lies outside every segment");
    if (image->tls.memory_size) {
        image->tls.initial = (const void *)((uintptr_t)image->tls.initial + base);
        if (image->tls.file_size &&
            !map_covers(image, (uintptr_t)image->tls.initial, image->tls.file_size, PF_R))
            return bad(layout, "the PT_TLS segment lies outside every segment");
    }
    if (image->eh_frame_header != NULL) {
        image->eh_frame_header = (const void *)((uintptr_t)image->eh_frame_header + base);
        if (!map_covers(image, (uintptr_t)image->eh_frame_header, 8, PF_R))
            image->eh_frame_header = NULL;
    }
    if (image->relro_end) {
        uintptr_t start = image->relro_start + base, end = image->relro_end + base;
        bool inside = start <= end && start >= image->start && end <= image->end;
        image->relro_start = inside ? PAGE_DOWN(start) : 0;
        image->relro_end = inside ? PAGE_DOWN(end) : 0;
    }
    return 0;
}

/* Whether [ADDRESS, ADDRESS+SIZE) lies in one segment that has all of FLAGS (PF_*). */
bool map_covers(const struct image *image, uintptr_t address, size_t size, unsigned flags) {
    uintptr_t at = address - image->map.l_addr;
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        if (ph->p_type == PT_LOAD && (ph->p_flags & flags) == flags && at >= ph->p_vaddr &&
            at - ph->p_vaddr <= ph->p_memsz && size <= ph->p_memsz - (at - ph->p_vaddr))
            return true;
    }
    return false;
}

/* Maps FD into IMAGE.  On failure IMAGE is as far as it got; image_free undoes it. */
int map_file(struct image *image, int fd, const struct stat *status, const char *needed_by) {
    struct layout layout = {.image = image, .needed_by = needed_by, .file_size = status->st_size};
    if (!S_ISREG(status->st_mode))
        return bad(&layout, S_ISDIR(status->st_mode) ? "cannot read file data: Is a directory"
                                                     : "cannot read file data: not a regular file");
    if (read_header(&layout, fd) < 0 || read_program_headers(&layout, fd) < 0 ||
        plan(&layout, image, fd) < 0 || map_segments(&layout, image, fd) < 0)
        return -1;
    int result = keep_headers(&layout, image);
    if (result == 0)
        result = place_parts(&layout, image);
    image->executable_stack = layout.executable_stack;
    return result;
}

/* Makes the pages between FROM and TO present, those of writable segments, since they are about to
 * be written: the kernel copies many at once, which is as many faults less.  After it all below TO
 * has the file's content.  The calls for one image go upwards; the last one says its end. */
void map_fill(struct image *image, uintptr_t from, uintptr_t to) {
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W))
            continue;
        uintptr_t start = PAGE_DOWN(image->map.l_addr + ph->p_vaddr);
        uintptr_t end = PAGE_UP(image->map.l_addr + ph->p_vaddr + ph->p_memsz);
        uintptr_t first = from > start ? from : start, last = to < end ? to : end;
        if (first < last)
            madvise((void *)first, last - first, MADV_POPULATE_WRITE);
    }
}

void map_protect_relro(const struct image *image) {
    if (image->relro_end > image->relro_start)
        mprotect((void *)image->relro_start, image->relro_end - image->relro_start, PROT_READ);
}

/* For DT_TEXTREL: opens every read-only segment for writing, or closes them again. */
int map_text_writable(struct image *image, bool writable) {
    bool inside = (uintptr_t)image->headers - image->start < image->end - image->start;
    if (writable && inside && copy_headers(image, image->headers) < 0)
        return -1;
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        if (ph->p_type != PT_LOAD || (ph->p_flags & PF_W) || ph->p_memsz == 0)
            continue;
        uintptr_t start = PAGE_DOWN(image->map.l_addr + ph->p_vaddr);
        uintptr_t end = PAGE_UP(image->map.l_addr + ph->p_vaddr + ph->p_memsz);
        int prot = protection(ph) | (writable ? PROT_WRITE : 0);
        if (mprotect((void *)start, end - start, prot) == 0)
            continue;
        error_set(ISOLDE_EMEMORY, &(struct error_detail){.file = image->map.l_name},
                  "%s: cannot make its text writable for text relocations: %s", image->map.l_name,
                  strerror(errno));
        return -1;
    }
    return 0;
}
