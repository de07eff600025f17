/* object.c - what a file says of itself, read once and shared by all images of it.
 *
 * The first image of a file reads its headers and its dynamic section, believing nothing: every
 * offset is checked against the file's size and every address against the segments, before it is
 * used (gABI chapter 5; elf(5)).  What comes of that is the same for each later image, wherever it
 * is mapped: so it is remembered as long as the file is the same (replay.c), and the later image
 * touches no page of its own for it.
 *
 * An object never changes once it is remembered, and belongs to all images that hold it.  Its names
 * are copies, because any image may go before the others.  A file that nobody can vouch for, and a
 * program, has an object of its own. */
#include "recipe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADERS_MAX = 256 };

/* No real object is near it; the address table has an entry for every granule of an image. */
#define SPAN_MAX (UINT64_C(1) << 36)

struct reading {
    const struct image *image;
    struct object *object;
    int fd;
    uint64_t file_size;
    ElfW(Ehdr) header;
    const ElfW(Phdr) * first, *dynamic;
    char interpreter[256]; /* PT_INTERP, or empty */
};

static int bad(const struct reading *r, const char *what) {
    const char *path = r->image->map.l_name, *by = r->image->needed_by;
    struct error_detail detail = {.file = path, .needed_by = by};
    error_set(ISOLDE_EFORMAT, &detail, "%s%s%s: %s", path, by ? ", needed by " : "", by ? by : "",
              what);
    return -1;
}

static int out_of_memory(void) {
    error_set(ISOLDE_EMEMORY, NULL, "out of memory");
    return -1;
}

static int read_exactly(int fd, void *buffer, size_t size, uint64_t offset) {
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(fd, (char *)buffer + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

static int read_header(struct reading *r) {
    ElfW(Ehdr) *header = &r->header;
    if (read_exactly(r->fd, header, sizeof *header, 0) < 0)
        return bad(r, "file too short");
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return bad(r, "invalid ELF header");
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
        return bad(r, "wrong ELF class: ELFCLASS32");
    if (header->e_ident[EI_DATA] != ELFDATA2LSB)
        return bad(r, "ELF file data encoding not little-endian");
    if (header->e_machine != EM_X86_64)
        return bad(r, "made for another machine (e_machine is not x86-64)");
    if (header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
        return bad(r, "ELF file version does not match current one");
    if (header->e_ident[EI_OSABI] != ELFOSABI_SYSV && header->e_ident[EI_OSABI] != ELFOSABI_GNU)
        return bad(r, "ELF file OS ABI invalid");
    if (header->e_type != ET_DYN && !(r->image->program && header->e_type == ET_EXEC))
        return bad(r, header->e_type == ET_EXEC ? "cannot dynamically load executable"
                                                : "only ET_DYN objects can be loaded");
    if (header->e_phentsize != sizeof(ElfW(Phdr)))
        return bad(r, "ELF file's phentsize not the expected size");
    return 0;
}

static int read_program_headers(struct reading *r) {
    const ElfW(Ehdr) *header = &r->header;
    if (header->e_phnum == 0 || header->e_phnum > HEADERS_MAX)
        return bad(r, "object file has no or too many program headers");
    size_t size = header->e_phnum * sizeof(ElfW(Phdr));
    r->object->headers = malloc(size);
    if (r->object->headers == NULL)
        return out_of_memory();
    if (header->e_phoff > r->file_size ||
        read_exactly(r->fd, r->object->headers, size, header->e_phoff) < 0)
        return bad(r, "program headers lie outside the file");
    r->object->header_count = header->e_phnum;
    return 0;
}

static int check_load(struct reading *r, const ElfW(Phdr) * ph, const ElfW(Phdr) * previous) {
    uint64_t end;
    if (ph->p_memsz < ph->p_filesz || __builtin_add_overflow(ph->p_vaddr, ph->p_memsz, &end) ||
        end > (UINT64_C(1) << 46))
        return bad(r, "a PT_LOAD segment has impossible sizes");
    if (ph->p_offset > r->file_size || ph->p_filesz > r->file_size - ph->p_offset)
        return bad(r, "file too short: a PT_LOAD segment lies outside it");
    if (ph->p_align > 1 && (ph->p_align & (ph->p_align - 1)))
        return bad(r, "ELF load command alignment not a power of two");
    if (ph->p_align > (UINT64_C(1) << 32))
        return bad(r, "ELF load command alignment too large");
    if (((ph->p_vaddr - ph->p_offset) & (PAGE_SIZE - 1)) != 0)
        return bad(r, "ELF load command address/offset not page-aligned");
    if (previous != NULL && PAGE_DOWN(ph->p_vaddr) < PAGE_UP(previous->p_vaddr + previous->p_memsz))
        return bad(r, "PT_LOAD segments overlap or are not in ascending order");
    return 0;
}

static int plan_load(struct reading *r, const ElfW(Phdr) * ph) {
    struct object *object = r->object;
    const ElfW(Phdr) *previous = NULL;
    for (const ElfW(Phdr) *p = object->headers; p < ph; p++)
        if (p->p_type == PT_LOAD && p->p_memsz > 0)
            previous = p;
    if (check_load(r, ph, previous) < 0)
        return -1;
    if (r->first == NULL) {
        r->first = ph;
        object->low = PAGE_DOWN(ph->p_vaddr);
    }
    object->high = PAGE_UP(ph->p_vaddr + ph->p_memsz);
    if (ph->p_align > object->alignment)
        object->alignment = ph->p_align;
    return 0;
}

static int plan_tls(struct reading *r, const ElfW(Phdr) * ph) {
    if (ph->p_memsz < ph->p_filesz || ph->p_memsz > (UINT64_C(1) << 30))
        return bad(r, "the PT_TLS segment has impossible sizes");
    if (ph->p_align > 1 && ((ph->p_align & (ph->p_align - 1)) || ph->p_align > (1 << 20)))
        return bad(r, "the PT_TLS segment has an impossible alignment");
    r->object->tls = (struct tls_block){
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
static int check_program(const struct reading *r) {
    const char *interpreter = r->interpreter;
    const char *slash = strrchr(interpreter, '/');
    if (*interpreter == '\0' && (r->header.e_type == ET_EXEC || r->dynamic == NULL))
        return bad(r, "a statically linked program, which would set up the process for itself; "
                      "link it dynamically, or start it as a process");
    if (*interpreter == '\0')
        return bad(r, "not a program but a shared library, or a statically linked program (no "
                      "PT_INTERP)");
    if (strcmp(slash ? slash + 1 : interpreter, "ld-linux-x86-64.so.2") != 0)
        return bad(r, "a program for another libc than this process's glibc: its interpreter is "
                      "not ld-linux-x86-64.so.2");
    if (r->object->tls.memory_size > 0)
        return bad(r, "a program with thread-local variables of its own (PT_TLS), which its code "
                      "expects where the host's are; build it as a shared library, or start it as "
                      "a process");
    return 0;
}

static void read_interpreter(struct reading *r, const ElfW(Phdr) * ph) {
    size_t size = ph->p_filesz;
    if (size >= sizeof r->interpreter)
        size = sizeof r->interpreter - 1;
    if (read_exactly(r->fd, r->interpreter, size, ph->p_offset) < 0)
        size = 0;
    r->interpreter[size] = '\0';
}

static int plan_header(struct reading *r, const ElfW(Phdr) * ph) {
    struct object *object = r->object;
    switch (ph->p_type) {
    case PT_LOAD:
        return ph->p_memsz == 0 && ph->p_filesz == 0 ? 0 : plan_load(r, ph);
    case PT_TLS:
        return ph->p_memsz > 0 ? plan_tls(r, ph) : 0;
    case PT_DYNAMIC:
        r->dynamic = ph;
        break;
    case PT_GNU_STACK:
        object->executable_stack = ph->p_flags & PF_X;
        break;
    case PT_GNU_RELRO:
        object->relro_start = ph->p_vaddr;
        object->relro_end = ph->p_vaddr + ph->p_memsz;
        break;
    case PT_GNU_EH_FRAME:
        object->eh_frame_header = ph->p_vaddr;
        break;
    case PT_INTERP:
        if (r->image->program)
            read_interpreter(r, ph);
    }
    return 0;
}

static int plan(struct reading *r) {
    struct object *object = r->object;
    object->alignment = GRANULE;
    object->executable_stack = true; /* the psABI's default where PT_GNU_STACK is absent */
    object->entry = r->header.e_entry;
    object->is_fixed = r->header.e_type == ET_EXEC;
    for (size_t i = 0; i < object->header_count; i++)
        if (plan_header(r, &object->headers[i]) < 0)
            return -1;
    if (r->image->program && check_program(r) < 0)
        return -1;
    if (r->first == NULL)
        return bad(r, "object file has no loadable segments");
    if (r->dynamic == NULL)
        return bad(r, "object file has no dynamic section");
    if (object->high - object->low > SPAN_MAX)
        return bad(r, "its segments span more than 64 GiB of addresses");
    return 0;
}

/* Whether [ADDRESS, ADDRESS+SIZE), as linked, lies in one segment that has all of FLAGS (PF_*). */
bool object_covers(const ElfW(Phdr) * headers, size_t count, uintptr_t address, size_t size,
                   unsigned flags) {
    for (const ElfW(Phdr) *ph = headers; ph < headers + count; ph++)
        if (ph->p_type == PT_LOAD && (ph->p_flags & flags) == flags && address >= ph->p_vaddr &&
            address - ph->p_vaddr <= ph->p_memsz && size <= ph->p_memsz - (address - ph->p_vaddr))
            return true;
    return false;
}

static bool covers(const struct object *object, uintptr_t address, size_t size) {
    return object_covers(object->headers, object->header_count, address, size, PF_R);
}

static int check_parts(struct reading *r) {
    struct object *object = r->object;
    object->dynamic_section = r->dynamic->p_vaddr;
    if (!covers(object, object->dynamic_section, sizeof(ElfW(Dyn))) ||
        object->dynamic_section % _Alignof(ElfW(Dyn)))
        return bad(r, "the dynamic section lies outside every segment");
    if (object->tls.file_size &&
        !covers(object, (uintptr_t)object->tls.initial, object->tls.file_size))
        return bad(r, "the PT_TLS segment lies outside every segment");
    if (!covers(object, object->eh_frame_header, 8))
        object->eh_frame_header = 0;
    bool inside = object->relro_start <= object->relro_end && object->relro_start >= object->low &&
                  object->relro_end <= object->high;
    object->relro_start = inside ? PAGE_DOWN(object->relro_start) : 0;
    object->relro_end = inside ? PAGE_DOWN(object->relro_end) : 0;
    return 0;
}

static void object_free(struct kept *kept) {
    struct object *object = (struct object *)kept;
    free(object->contents.bytes);
    kept_release((struct kept *)object->runs);
    if (object->plain != NULL) {
        kept_release(&object->plain->kept);
    } else {
        free(object->dynamic.needed);
        free(object->dynamic.filtees);
        free(object->versions);
        free(object->names);
        free(object->headers);
    }
    free(object);
}

/* What the headers of IMAGE's file say, held once; NULL: an error is set. */
struct object *object_read(const struct image *image, int fd, const struct stat *status) {
    struct object *object = calloc(1, sizeof *object);
    struct reading r = {
        .image = image, .object = object, .fd = fd, .file_size = (uint64_t)status->st_size};
    if (object == NULL) {
        out_of_memory();
        return NULL;
    }
    object->kept = (struct kept){.holders = 1, .free = object_free};
    if (!S_ISREG(status->st_mode))
        bad(&r, S_ISDIR(status->st_mode) ? "cannot read file data: Is a directory"
                                         : "cannot read file data: not a regular file");
    else if (read_header(&r) == 0 && read_program_headers(&r) == 0 && plan(&r) == 0 &&
             check_parts(&r) == 0)
        return object;
    kept_release(&object->kept);
    return NULL;
}

/* ---- the dynamic section ------------------------------------------------------------------------
 */

/* Those of its members that are addresses in the image. */
static void move(struct dynamic *d, uintptr_t by) {
    static const size_t addresses[] = {
        offsetof(struct dynamic, strings),      offsetof(struct dynamic, symbols),
        offsetof(struct dynamic, versym),       offsetof(struct dynamic, verdef),
        offsetof(struct dynamic, verneed),      offsetof(struct dynamic, gnu.bloom),
        offsetof(struct dynamic, gnu.buckets),  offsetof(struct dynamic, gnu.chain),
        offsetof(struct dynamic, sysv.buckets), offsetof(struct dynamic, sysv.chain),
        offsetof(struct dynamic, rela),         offsetof(struct dynamic, plt),
        offsetof(struct dynamic, relr),         offsetof(struct dynamic, got),
        offsetof(struct dynamic, init),         offsetof(struct dynamic, fini),
        offsetof(struct dynamic, init_array),   offsetof(struct dynamic, fini_array),
        offsetof(struct dynamic, preinit_array)};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        uintptr_t address;
        memcpy(&address, (char *)d + addresses[i], sizeof address);
        if (address != 0)
            address += by;
        memcpy((char *)d + addresses[i], &address, sizeof address);
    }
}

/* Visits each name that is not there but in the file's string table. */
static void each_name(struct image *image, void (*visit)(const char **name, void *data),
                      void *data) {
    struct dynamic *d = &image->dynamic;
    const char **const single[] = {&d->soname, &d->rpath, &d->runpath};
    for (size_t i = 0; i < sizeof single / sizeof *single; i++)
        if (*single[i] != NULL)
            visit(single[i], data);
    for (size_t i = 0; i < d->needed_count; i++)
        visit(&d->needed[i], data);
    for (size_t i = 0; i < d->filtee_count; i++)
        visit(&d->filtees[i], data);
    for (size_t i = 0; i < image->version_count; i++) {
        if (image->versions[i].name != NULL)
            visit(&image->versions[i].name, data);
        if (image->versions[i].file != NULL)
            visit(&image->versions[i].file, data);
    }
}

static void add_size(const char **name, void *data) { *(size_t *)data += strlen(*name) + 1; }

static void copy_name(const char **name, void *data) {
    char **at = data, *copy = *at;
    *at = stpcpy(copy, *name) + 1;
    *name = copy;
}

/* Takes over what dynamic.c has read in IMAGE, the object's first. */
int object_learn(struct image *image) {
    struct object *object = image->object;
    size_t size = 0;
    each_name(image, add_size, &size);
    char *at = object->names = malloc(size + 1);
    if (at == NULL)
        return out_of_memory();
    each_name(image, copy_name, &at);
    object->dynamic = image->dynamic;
    object->versions = image->versions;
    object->version_count = image->version_count;
    object->base = image->map.l_addr;
    object->is_read = true;
    object->kept.size = sizeof *object + size + object->header_count * sizeof *object->headers +
                        object->version_count * sizeof *object->versions +
                        (object->dynamic.needed_count + 1) * sizeof *object->dynamic.needed;
    if (object->dynamic.soname != NULL)
        image->soname = object->dynamic.soname;
    return 0;
}

/* ---- images of it ------------------------------------------------------------------------------
 */

/* Tells IMAGE, whose base is known, where the parts of its object are. */
void object_place(struct image *image) {
    const struct object *object = image->object;
    uintptr_t base = image->map.l_addr;
    image->headers = object->headers;
    image->header_count = object->header_count;
    image->executable_stack = object->executable_stack;
    image->entry = base + object->entry;
    image->map.l_ld = (void *)(base + object->dynamic_section);
    image->eh_frame_header =
        object->eh_frame_header ? (void *)(base + object->eh_frame_header) : NULL;
    image->relro_start = base + object->relro_start;
    image->relro_end = base + object->relro_end;
    if (object->tls.memory_size) {
        image->tls = object->tls;
        image->tls.initial = (const void *)(base + (uintptr_t)object->tls.initial);
    }
    if (!object->is_read)
        return;
    image->dynamic = object->dynamic;
    move(&image->dynamic, base - object->base);
    image->versions = object->versions;
    image->version_count = object->version_count;
    if (object->dynamic.soname != NULL)
        image->soname = object->dynamic.soname;
}

/* ---- what later images are filled with ---------------------------------------------------------
 */

/* The first segment from PH on that has memory, or NULL. */
const ElfW(Phdr) * object_load(const struct object *object, const ElfW(Phdr) * ph) {
    const ElfW(Phdr) *end = object->headers + object->header_count;
    while (ph < end && (ph->p_type != PT_LOAD || ph->p_memsz == 0))
        ph++;
    return ph < end ? ph : NULL;
}

/* The range of the writable segments; false: they are not the last ones, one behind the other. */
static bool find_writable(const struct object *object, struct contents *contents) {
    *contents = (struct contents){0};
    for (const ElfW(Phdr) *ph = object->headers; (ph = object_load(object, ph)) != NULL; ph++) {
        if (contents->end == 0 && !(ph->p_flags & PF_W))
            continue;
        if (contents->end == 0)
            contents->start = PAGE_DOWN(ph->p_vaddr);
        else if (PAGE_DOWN(ph->p_vaddr) != contents->end)
            return false;
        if ((ph->p_flags & (PF_R | PF_W | PF_X)) != (PF_R | PF_W))
            return false;
        contents->end = PAGE_UP(ph->p_vaddr + ph->p_memsz);
        contents->file_end = ph->p_vaddr + ph->p_filesz;
    }
    return contents->start > object->low;
}

/* Whether a table that look-ups read lies among what relocations may not have filled yet. */
static bool has_writable_tables(const struct object *object, const struct contents *contents) {
    const struct dynamic *d = &object->dynamic;
    const void *const tables[] = {d->strings,    d->symbols,      d->versym, d->verdef,
                                  d->verneed,    d->gnu.bloom,    d->rela,   d->plt,
                                  d->sysv.chain, d->sysv.buckets, d->relr};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        uintptr_t at = (uintptr_t)tables[i] - object->base;
        if (tables[i] != NULL && at >= contents->start && at < contents->end)
            return true;
    }
    return false;
}

static size_t pages_written(const struct runs *runs) {
    size_t count = 0;
    for (size_t i = 0; i < runs->count; i++)
        count += runs->list[i].count;
    return count;
}

enum { CONTENTS_MAX = 4 << 20 /* bytes: all that is remembered has four times as much (memo.c) */ };

/* Memory of no file takes one mapping for data and bss instead of two, and one call of the kernel
 * less.  But all of it is an image's own, so it is only worth it where nearly all is written. */
static bool is_worth_copying(const struct object *object, const struct runs *runs,
                             struct contents *contents) {
    if (process_under_valgrind || object->dynamic.text_relocations ||
        !find_writable(object, contents) || has_writable_tables(object, contents) ||
        contents->file_end - contents->start > CONTENTS_MAX)
        return false;
    size_t pages = (PAGE_UP(contents->file_end) - contents->start) / PAGE_SIZE;
    return pages * 100 <= pages_written(runs) * 115;
}

static char *read_contents(const struct object *object, const struct contents *contents, int fd) {
    char *bytes = calloc(1, contents->file_end - contents->start);
    for (const ElfW(Phdr) *ph = object->headers;
         bytes != NULL && (ph = object_load(object, ph)) != NULL; ph++)
        if (ph->p_vaddr >= contents->start &&
            read_exactly(fd, bytes + (ph->p_vaddr - contents->start), ph->p_filesz, ph->p_offset) <
                0) {
            free(bytes);
            return NULL;
        }
    return bytes;
}

/* PLAIN, and what its relocations, which write to RUNS, find there before.  The holds of both pass
 * to the new object.  NULL: out of memory. */
struct object *object_with_contents(struct object *plain, struct runs *runs, int fd) {
    struct object *object = malloc(sizeof *object);
    if (object == NULL)
        return NULL;
    memcpy((char *)object + sizeof object->kept, (const char *)plain + sizeof plain->kept,
           sizeof *object - sizeof object->kept); /* others count their holds in `kept` */
    object->kept = (struct kept){.holders = 1, .size = plain->kept.size, .free = object_free};
    object->plain = plain;
    object->runs = runs;
    if (is_worth_copying(object, runs, &object->contents))
        object->contents.bytes = read_contents(object, &object->contents, fd);
    if (object->contents.bytes != NULL)
        object->kept.size += object->contents.file_end - object->contents.start;
    return object;
}
