/* portable.c - what the bindings of an image depend on, in words that mean the same in every
 * process.
 *
 * A file is described as in replay.c: device, inode, size, and the times of the last change of its
 * content and its inode.  That alone would not do: what glibc has loaded is asked for by its path,
 * which may lead to another file by now, and in an image of a file system that was made with fixed
 * times (squashfs, erofs) the next version of a file can have all of these in common.  So what is
 * in memory has its say too, by its build id, or where the linker made none, by all of its symbols.
 *
 * What the host gives depends on its program (copies of variables, operators of its own), on what
 * is preloaded, on the shared group, on who allocates memory, and on this library itself. */
#include "recipe.h"

#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1 }; /* of recipes in files: raised with any change of what they mean */

uint64_t portable_mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 29;
}

static uint64_t mix_bytes(uint64_t hash, const void *bytes, size_t size) {
    const char *from = bytes;
    uint64_t word = 0;
    for (; size >= sizeof word; from += sizeof word, size -= sizeof word) {
        memcpy(&word, from, sizeof word);
        hash = portable_mix(hash, word);
    }
    word = 0;
    memcpy(&word, from, size);
    return portable_mix(portable_mix(hash, word), size);
}

static uint64_t mix_time(uint64_t hash, const struct timespec *time) {
    return portable_mix(portable_mix(hash, (uint64_t)time->tv_sec), (uint64_t)time->tv_nsec);
}

/* Never 0. */
uint64_t portable_file(const struct stat *status) {
    uint64_t hash = portable_mix(1, status->st_dev);
    hash = portable_mix(portable_mix(hash, status->st_ino), (uint64_t)status->st_size);
    return mix_time(mix_time(hash, &status->st_mtim), &status->st_ctim) | 1;
}

/* ---- what is in memory
 * ---------------------------------------------------------------------------
 */

/* Of the notes from AT to END, the build id's; 0: none. */
static uint64_t build_id_among(const char *at, const char *end) {
    while (end - at >= (ptrdiff_t)sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const void *)at;
        const char *name = at + sizeof *note;
        size_t room = (size_t)(end - name),
               name_size = (note->n_namesz + UINT64_C(3)) & ~UINT64_C(3);
        size_t size = (note->n_descsz + UINT64_C(3)) & ~UINT64_C(3);
        if (name_size > room || size > room - name_size)
            return 0;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0)
            return mix_bytes(NT_GNU_BUILD_ID, name + name_size, note->n_descsz) | 1;
        at = name + name_size + size;
    }
    return 0;
}

static uint64_t build_id(uintptr_t base, const ElfW(Phdr) * headers, size_t count) {
    uint64_t id = 0;
    for (size_t i = 0; i < count && id == 0; i++) {
        const ElfW(Phdr) *ph = &headers[i];
        const char *notes = (const char *)(base + ph->p_vaddr);
        if (ph->p_type == PT_NOTE && ph->p_align <= 4 && ph->p_vaddr % 4 == 0 &&
            object_covers(headers, count, ph->p_vaddr, ph->p_memsz, PF_R))
            id = build_id_among(notes, notes + ph->p_memsz);
    }
    return id;
}

static uint64_t symbols_of(const struct image *image) {
    const struct dynamic *d = &image->dynamic;
    size_t count = symbol_hashed_count(image);
    uint64_t hash = mix_bytes(DT_SYMTAB, d->symbols, count * sizeof *d->symbols);
    return mix_bytes(hash, d->strings, d->strings_size) | 1;
}

static uint64_t content_of(const struct image *image) {
    uint64_t id = build_id(image->map.l_addr, image->headers, image->header_count);
    return id ? id : symbols_of(image);
}

/* Says what stands for IMAGE, of a space and just mapped from the file that STATUS tells of. */
void portable_identify(struct image *image, const struct stat *status) {
    if (image->edition != 0 && folder_is_wanted())
        atomic_store(&image->identity, portable_mix(portable_file(status), content_of(image)) | 1);
}

/* The kernel's own object, which is of no file. */
static bool is_vdso(const struct image *image) {
    return strcmp(image->map.l_name, "linux-vdso.so.1") == 0;
}

/* The file that its path led to when we first saw it, and what is in memory. */
static uint64_t work_out_host(const struct image *image) {
    if (image->edition == 0 && !is_vdso(image))
        return 0;
    return portable_mix(image->edition, content_of(image)) | 1;
}

/* Of an image of the host's, worked out once; 0: nothing can stand for it yet. */
static uint64_t identify_host(struct image *image) {
    uint64_t identity = atomic_load(&image->identity);
    if (identity == 0) {
        identity = work_out_host(image);
        atomic_store(&image->identity, identity);
    }
    return identity;
}

/* Of any image; 0: nothing can stand for it. */
uint64_t portable_image(struct image *image) {
    if (image->space == NULL)
        return identify_host(image);
    return image->edition != 0 && image->linked == NULL ? atomic_load(&image->identity) : 0;
}

struct sum {
    uint64_t hash;
    bool complete;
};

static void add_image(struct image *image, uintptr_t offset, void *data) {
    struct sum *sum = data;
    uint64_t identity = image ? portable_image(image) : 0;
    sum->complete &= identity != 0;
    sum->hash = portable_mix(portable_mix(sum->hash, identity), offset);
}

/* All that the host has loaded, in its order; 0: some of it cannot be described. */
uint64_t portable_host(void) {
    struct sum sum = {.hash = 2, .complete = true};
    host_visit_all(add_image, &sum);
    return sum.complete ? sum.hash | 1 : 0;
}

extern const char __ehdr_start[] __attribute__((visibility("hidden")));

static uint64_t work_out_context(void) {
    const ElfW(Ehdr) *header = (const void *)__ehdr_start;
    const ElfW(Phdr) *headers = (const void *)(__ehdr_start + header->e_phoff);
    uintptr_t base = (uintptr_t)__ehdr_start;
    for (size_t i = 0; i < header->e_phnum; i++)
        if (headers[i].p_type ==
            PT_PHDR) /* of a program at addresses of its own, with the archive */
            base = (uintptr_t)headers - headers[i].p_vaddr;
    uint64_t own = build_id(base, headers, header->e_phnum);
    struct sum sum = {.hash = portable_mix(FORMAT, own), .complete = own != 0};
    host_visit_givers(add_image, &sum);
    return sum.complete ? sum.hash | 1 : 0;
}

/* What the host gives to any space, and this library; never changes; 0: not to be described. */
static uint64_t context(void) {
    static _Atomic uint64_t known;
    uint64_t value = atomic_load(&known);
    if (value == 0) {
        value = work_out_context();
        atomic_store(&known, value);
    }
    return value;
}

/* ---- what an image sees ------------------------------------------------------------------------
 */

static bool describe_scope(struct description *d, const struct scope *scope) {
    uint64_t *bigger = realloc(d->words, (d->count + 1 + scope->count) * sizeof *bigger);
    if (bigger == NULL)
        return false;
    d->words = bigger;
    d->words[d->count++] = scope->count;
    bool complete = true;
    for (size_t i = 0; i < scope->count && complete; i++)
        complete = (d->words[d->count++] = portable_image(scope->list[i])) != 0;
    return complete;
}

/* All that the bindings of IMAGE depend on; false: there is more to them.  D is to be freed. */
bool portable_describe(struct image *image, bool lazily, struct description *d) {
    const uint64_t flags =
        (uint64_t)lazily | (uint64_t)image->deepbind << 1 | (uint64_t)image->space->host << 2;
    const uint64_t first[] = {context(), portable_image(image), flags, image->scope_count};
    *d = (struct description){malloc(sizeof first), sizeof first / sizeof *first};
    if (d->words == NULL || first[0] == 0 || first[1] == 0)
        return false;
    memcpy(d->words, first, sizeof first);
    bool complete = describe_scope(d, &image->space->global);
    for (size_t i = 0; i < image->scope_count && complete; i++)
        complete = describe_scope(d, image->scopes[i]);
    return complete;
}
