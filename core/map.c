/* map.c - from a file to its segments in memory.
 *
 * Text is mapped from the file itself, so it is shared between all spaces (and with every other
 * process) and profilers see real names.  The whole range is reserved by the first segment's
 * mapping, as glibc does, and the others are laid over it.
 *
 * The first image of a file has each segment mapped apart, as every loader does it.  For later ones
 * mappings are what there must be few of, in time and in number (vm.max_map_count): read-only
 * segments that stand in the file as they do in memory are mapped together with the text between
 * them, and data and bss are memory of no file, filled from what is known to be in it (object.c).
 * Not under valgrind, which knows a library by the mappings that other loaders make.
 *
 * An image starts on a 64 KiB boundary (addresses.c needs it) or on its own p_align if that is
 * greater.  Asking mmap for an address just below the previous image usually gives that without
 * over-allocating; only if the kernel puts it elsewhere is a larger range taken and trimmed. */
#include "loader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; an older one refuses it, and pages fault as ever */
#endif

static int protection(const ElfW(Phdr) * ph) {
    return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
           (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

void map_release(const struct image *image) {
    munmap((void *)image->start, image->end - image->start);
    if (!image->object->is_fixed)
        addresses_given_back(image->end);
    mappings_return(image->mappings);
}

/* What one mapping of a file is made for, and the bss behind it. */
struct part {
    uintptr_t start, file_end, end; /* pages, as linked; what lies behind file_end is bss */
    off_t offset;
    int protection;
    const ElfW(Phdr) * last; /* of the segments in it */
    bool is_copied;          /* memory of no file */
};

static struct part part_of(const ElfW(Phdr) * ph) {
    return (struct part){
        .start = PAGE_DOWN(ph->p_vaddr),
        .file_end = PAGE_UP(ph->p_vaddr + ph->p_filesz),
        .end = PAGE_UP(ph->p_vaddr + ph->p_memsz),
        .offset = (off_t)PAGE_DOWN(ph->p_offset),
        .protection = protection(ph),
        .last = ph,
    };
}

/* Whether the file has segment PH behind PART as memory does, and nobody writes to either. */
static bool continues(const struct part *part, const ElfW(Phdr) * ph) {
    return !((part->last->p_flags | ph->p_flags) & PF_W) &&
           part->last->p_memsz == part->last->p_filesz && ph->p_memsz == ph->p_filesz &&
           PAGE_DOWN(ph->p_vaddr) == part->end &&
           PAGE_DOWN(ph->p_offset) - (uintptr_t)part->offset == part->end - part->start;
}

/* The part that begins with the segment *AT or the next; false: there is none. */
static bool next_part(const struct object *object, const ElfW(Phdr) * *at, struct part *part) {
    const struct contents *contents = &object->contents;
    const ElfW(Phdr) *ph = object_load(object, *at);
    if (ph == NULL)
        return false;
    *part = part_of(ph);
    *at = ph + 1;
    if (contents->bytes != NULL && part->start == contents->start) {
        part->is_copied = true;
        part->file_end = part->start;
        part->end = contents->end;
        *at = object->headers + object->header_count;
    }
    if (!object->is_read || object->dynamic.text_relocations || process_under_valgrind)
        return true;
    while ((ph = object_load(object, *at)) != NULL && continues(part, ph)) {
        struct part more = part_of(ph);
        part->file_end = part->end = more.end;
        part->protection |= more.protection;
        part->last = ph;
        *at = ph + 1;
    }
    return true;
}

static unsigned count_mappings(const struct object *object) {
    unsigned count = object->relro_end > object->relro_start;
    const ElfW(Phdr) *at = object->headers;
    for (struct part part; next_part(object, &at, &part);)
        count += (part.file_end > part.start) + (part.end > part.file_end);
    return count;
}

static char *map_hinted(const struct object *object, const struct part *first, size_t size,
                        int fd) {
    uintptr_t hint = addresses_hint(size, object->alignment);
    int prot = first->protection;
    char *at = mmap((void *)hint, size, prot, MAP_PRIVATE, fd, first->offset);
    if (at == MAP_FAILED || ((uintptr_t)at & (object->alignment - 1)) == 0)
        return at;
    munmap(at, size);
    size_t room = size + object->alignment;
    char *wide = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (wide == MAP_FAILED)
        return wide;
    at = (char *)(((uintptr_t)wide + object->alignment - 1) & ~(object->alignment - 1));
    if (at > wide)
        munmap(wide, (size_t)(at - wide));
    if (at + size < wide + room)
        munmap(at + size, (size_t)(wide + room - (at + size)));
    return mmap(at, size, prot, MAP_PRIVATE | MAP_FIXED, fd, first->offset);
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

static char *map_fixed(const struct image *image, const struct part *first, size_t size, int fd) {
    char occupant[4500];
    uintptr_t start = image->object->low, end = start + size;
    const char *path = image->map.l_name;
    const struct image *other = addresses_in_the_way(start, end);
    char *at = MAP_FAILED;
    errno = EEXIST;
    if (other == NULL)
        at = mmap((void *)start, size, first->protection, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd,
                  first->offset);
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

enum { FEW_PAGES = 32 }; /* still in the processor's cache when they are filled */

/* Whether all of the copied part is small, and written. */
static bool is_made_at_once(const struct contents *contents) {
    return contents->end == PAGE_UP(contents->file_end) &&
           contents->end - contents->start <= FEW_PAGES * PAGE_SIZE;
}

/* FIXED: what of MAP_FIXED and its like is asked of the kernel. */
static int map_copied(const struct object *object, uintptr_t base, int fixed) {
    const struct contents *contents = &object->contents;
    int now = is_made_at_once(contents) ? MAP_POPULATE : 0;
    void *wanted = (void *)(base + contents->start);
    void *at = mmap(wanted, contents->end - contents->start, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | fixed | now, -1, 0);
    return at == wanted ? 0 : -1;
}

/* An object of two parts needs no range to be reserved: one that is in use is refused.  That saves
 * the kernel from making a mapping that it has to cut at once.  MAP_FAILED: not there. */
static char *map_closely(const struct object *object, const struct part *first, int fd) {
    uintptr_t hint = addresses_hint(object->high - object->low, object->alignment);
    if (hint == 0 || object->contents.bytes == NULL || first->end != object->contents.start)
        return MAP_FAILED;
    size_t size = first->end - first->start;
    char *at = mmap((void *)hint, size, first->protection, MAP_PRIVATE | MAP_FIXED_NOREPLACE, fd,
                    first->offset);
    if (at == MAP_FAILED)
        return at;
    if ((uintptr_t)at == hint && map_copied(object, hint - object->low, MAP_FIXED_NOREPLACE) == 0)
        return at;
    munmap(at, size);
    return MAP_FAILED;
}

/* Data of a page or two is written throughout: what is read first would be mapped twice. */
static bool is_tiny(uintptr_t start, uintptr_t end) { return end - start <= 2 * PAGE_SIZE; }

static int map_part(const struct image *image, const struct part *part, int fd) {
    void *at = (void *)(image->map.l_addr + part->start);
    if (part->is_copied)
        return map_copied(image->object, image->map.l_addr, MAP_FIXED);
    bool is_first = part->start == image->object->low;
    bool at_once = (part->protection & PROT_WRITE) && is_tiny(part->start, part->file_end);
    int flags = MAP_PRIVATE | MAP_FIXED | (at_once ? MAP_POPULATE : 0);
    if (!is_first && part->file_end > part->start &&
        mmap(at, part->file_end - part->start, part->protection, flags, fd, part->offset) ==
            MAP_FAILED)
        return -1;
    return part->last->p_memsz > part->last->p_filesz ? map_bss(part->last, image->map.l_addr) : 0;
}

static int map_parts(const struct image *image, int fd) {
    const struct object *object = image->object;
    const ElfW(Phdr) *at = object->headers;
    uintptr_t covered = object->low, base = image->map.l_addr;
    for (struct part part; next_part(object, &at, &part); covered = part.end)
        if ((part.start > covered &&
             mprotect((void *)(base + covered), part.start - covered, PROT_NONE) < 0) ||
            map_part(image, &part, fd) < 0)
            return -1;
    return 0;
}

static int out_of_mappings(const struct image *image, int error) {
    const char *path = image->map.l_name;
    error_set(ISOLDE_EMEMORY, &(struct error_detail){.file = path, .needed_by = image->needed_by},
              "%s: cannot map its segments: %s", path, strerror(error));
    return -1;
}

static void settle(struct image *image, const char *start, unsigned mappings) {
    const struct object *object = image->object;
    image->mappings = mappings;
    image->start = (uintptr_t)start;
    image->end = image->start + (object->high - object->low);
    image->map.l_addr = image->start - object->low;
    image->filled = image->map.l_addr + object->contents.start;
    if (!object->is_fixed)
        addresses_taken(image->start);
}

/* Maps IMAGE's object, which FD is open on.  On failure IMAGE is as far as it got; image_free
 * undoes it. */
int map_file(struct image *image, int fd) {
    const struct object *object = image->object;
    size_t size = object->high - object->low;
    unsigned mappings = count_mappings(object);
    const ElfW(Phdr) *at = object->headers;
    struct part first;
    if (!next_part(object, &at, &first) || mappings_reserve(mappings, image->map.l_name) < 0)
        return -1;
    char *start = map_closely(object, &first, fd);
    bool whole = start != MAP_FAILED;
    if (!whole)
        start = object->is_fixed ? map_fixed(image, &first, size, fd)
                                 : map_hinted(object, &first, size, fd);
    if (start == MAP_FAILED || start == NULL) {
        int error = errno;
        mappings_return(mappings);
        return start == NULL ? -1 : out_of_mappings(image, error);
    }
    settle(image, start, mappings);
    if (!whole && map_parts(image, fd) < 0)
        return out_of_mappings(image, errno);
    object_place(image);
    return 0;
}

/* Whether [ADDRESS, ADDRESS+SIZE) lies in one segment that has all of FLAGS (PF_*). */
bool map_covers(const struct image *image, uintptr_t address, size_t size, unsigned flags) {
    return object_covers(image->headers, image->header_count, address - image->map.l_addr, size,
                         flags);
}

/* The copied part up to TO, of which nothing has been filled before image->filled. */
static void fill_copied(struct image *image, uintptr_t to) {
    const struct contents *contents = &image->object->contents;
    uintptr_t start = image->map.l_addr + contents->start;
    uintptr_t end = image->map.l_addr + contents->file_end;
    if (to < end)
        end = PAGE_UP(to);
    if (end <= image->filled)
        return;
    if (!is_made_at_once(contents))
        madvise((void *)image->filled, PAGE_UP(end) - image->filled, MADV_POPULATE_WRITE);
    memcpy((void *)image->filled, contents->bytes + (image->filled - start), end - image->filled);
    image->filled = PAGE_UP(end);
}

static void fill_mapped(const struct image *image, uintptr_t from, uintptr_t to) {
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W))
            continue;
        uintptr_t start = PAGE_DOWN(image->map.l_addr + ph->p_vaddr);
        uintptr_t end = PAGE_UP(image->map.l_addr + ph->p_vaddr + ph->p_memsz);
        uintptr_t first = from > start ? from : start, last = to < end ? to : end;
        if (first < last && !is_tiny(first, last)) /* as many faults cost no more */
            madvise((void *)first, last - first, MADV_POPULATE_WRITE);
    }
}

/* Makes the pages between FROM and TO present, those of writable segments, since they are about to
 * be written: the kernel makes many at once, which is as many faults less.  After it all below TO
 * has the file's content.  The calls for one image go upwards; the last one says its end. */
void map_fill(struct image *image, uintptr_t from, uintptr_t to) {
    if (image->object->contents.bytes != NULL)
        fill_copied(image, to);
    else
        fill_mapped(image, from, to);
}

int map_protect_relro(const struct image *image) {
    size_t size = image->relro_end - image->relro_start;
    if (size == 0 || mprotect((void *)image->relro_start, size, PROT_READ) == 0)
        return 0;
    error_set(ISOLDE_EMEMORY, &(struct error_detail){.file = image->map.l_name},
              "%s: cannot make read-only what relocations have written: %s", image->map.l_name,
              strerror(errno));
    return -1;
}

/* For DT_TEXTREL: opens every read-only segment for writing, or closes them again. */
int map_text_writable(struct image *image, bool writable) {
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
