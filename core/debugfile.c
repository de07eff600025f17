/* debugfile.c - an object file in memory, made of an image's own, in which every address is
 * absolute.
 *
 *     the library's file | its separate debug file | section headers, their names, what was
 * compressed
 *
 * Both files are private mappings, so only pages with addresses in them become memory of their own;
 * the rest is the page cache's.  The section headers at the end are those of both files: what is
 * loaded comes from the first, debugging information from the second if there is one (it has the
 * same build ID and lies where distributions put it).
 *
 * The build ID itself is left out: a debugger would look for the separate file by itself, and take
 * the addresses in there as they stand. */
#include "debugfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- files as they are -------------------------------------------------------------------------
 */

struct opened {
    int fd;
    char *start; /* MAP_FAILED: none */
    size_t size;
    struct file_id file;
    const ElfW(Shdr) * sections;
    size_t section_count;
    const char *names;
    size_t names_size;
};

static bool holds(const struct opened *o, uint64_t offset, uint64_t size, size_t alignment) {
    return offset <= o->size && size <= o->size - offset && offset % alignment == 0;
}

/* Outside the file's header, which says where the sections are and must not change with one. */
static bool has_contents(const struct opened *o, const ElfW(Shdr) * section) {
    return section->sh_offset >= sizeof(ElfW(Ehdr)) && section->sh_type != SHT_NOBITS &&
           section->sh_type != SHT_NULL && holds(o, section->sh_offset, section->sh_size, 1);
}

static const char *name_of(const struct opened *o, const ElfW(Shdr) * section) {
    return section->sh_name < o->names_size ? o->names + section->sh_name : "";
}

static const ElfW(Shdr) * section_named(const struct opened *o, const char *name) {
    for (size_t i = 0; i < o->section_count; i++)
        if (has_contents(o, &o->sections[i]) && strcmp(name_of(o, &o->sections[i]), name) == 0)
            return &o->sections[i];
    return NULL;
}

static bool read_sections(struct opened *o) {
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)o->start;
    if (!holds(o, 0, sizeof *header, 1) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_shnum == 0 ||
        header->e_shentsize != sizeof *o->sections || header->e_shstrndx >= header->e_shnum ||
        !holds(o, header->e_shoff, header->e_shnum * sizeof *o->sections, _Alignof(ElfW(Shdr))))
        return false;
    o->sections = (const ElfW(Shdr) *)(o->start + header->e_shoff);
    o->section_count = header->e_shnum;
    const ElfW(Shdr) *names = &o->sections[header->e_shstrndx];
    if (!has_contents(o, names) || names->sh_size == 0 ||
        o->start[names->sh_offset + names->sh_size - 1] != '\0')
        return false;
    o->names = o->start + names->sh_offset;
    o->names_size = names->sh_size;
    return true;
}

static void opened_close(struct opened *o) {
    if (o->start != MAP_FAILED)
        munmap(o->start, o->size);
    if (o->fd >= 0)
        close(o->fd);
    *o = (struct opened){.fd = -1, .start = MAP_FAILED};
}

static bool opened_from(struct opened *o, const char *path) {
    struct stat status;
    *o = (struct opened){.fd = open(path, O_RDONLY | O_CLOEXEC), .start = MAP_FAILED};
    if (o->fd >= 0 && fstat(o->fd, &status) == 0 && status.st_size > 0) {
        o->size = (size_t)status.st_size;
        o->file = (struct file_id){status.st_dev, status.st_ino};
        o->start = mmap(NULL, o->size, PROT_READ, MAP_PRIVATE, o->fd, 0);
    }
    if (o->start != MAP_FAILED && read_sections(o))
        return true;
    opened_close(o);
    return false;
}

/* ---- the separate debug file -------------------------------------------------------------------
 */

struct build_id {
    const unsigned char *bytes;
    size_t size; /* 0: none */
};

static struct build_id build_id(const struct opened *o) {
    static const char mark[] = "\3\0\0\0GNU"; /* NT_GNU_BUILD_ID and whose it is */
    const ElfW(Shdr) *note = section_named(o, ".note.gnu.build-id");
    uint32_t size;
    if (note == NULL || note->sh_size < 16 ||
        memcmp(o->start + note->sh_offset + 8, mark, sizeof mark) != 0)
        return (struct build_id){0};
    memcpy(&size, o->start + note->sh_offset + 4, sizeof size);
    if (size < 2 || size > 64 || size > note->sh_size - 16)
        return (struct build_id){0};
    return (struct build_id){(const unsigned char *)o->start + note->sh_offset + 16, size};
}

static bool is_of(const struct opened *o, struct build_id id) {
    struct build_id own = build_id(o);
    return own.size == id.size && memcmp(own.bytes, id.bytes, id.size) == 0;
}

static bool open_debug(struct opened *o, const char *path, struct build_id id) {
    if (!opened_from(o, path))
        return false;
    if (is_of(o, id) && section_named(o, ".debug_info") != NULL)
        return true;
    opened_close(o);
    return false;
}

/* Where distributions put it, and where a debug link leads (gdb's manual, "Separate Debug Files").
 */
static bool find_debug(const struct image *image, const struct opened *library,
                       struct opened *debug) {
    struct build_id id = build_id(library);
    const ElfW(Shdr) *link = section_named(library, ".gnu_debuglink");
    char path[4096], *at = path;
    if (id.size == 0)
        return false;
    at += sprintf(at, "/usr/lib/debug/.build-id/%02x/", id.bytes[0]);
    for (size_t i = 1; i < id.size; i++)
        at += sprintf(at, "%02x", id.bytes[i]);
    strcpy(at, ".debug");
    if (open_debug(debug, path, id))
        return true;
    const char *slash = strrchr(image->map.l_name, '/');
    const char *name = link ? library->start + link->sh_offset : NULL;
    if (slash == NULL || name == NULL || memchr(name, '\0', link->sh_size) == NULL)
        return false;
    int folder = (int)(slash - image->map.l_name);
    static const char *const places[] = {"%.*s/%s", "%.*s/.debug/%s", "/usr/lib/debug%.*s/%s"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, places[i], folder, image->map.l_name, name);
        if (open_debug(debug, path, id))
            return true;
    }
    return false;
}

/* ---- the new file ------------------------------------------------------------------------------
 */

struct making {
    const struct image *image;
    struct opened library, debug;
    struct debugfile file;
    size_t debug_at;       /* where the debug file begins */
    ElfW(Shdr) * sections; /* of both */
    size_t section_count;
    char *free; /* what of the end is not used yet */
};

static bool is_named(const struct opened *o, const ElfW(Shdr) * section, const char *start) {
    return strncmp(name_of(o, section), start, strlen(start)) == 0;
}

/* Whether SECTION of O goes into the new file. */
static bool is_wanted(const struct making *m, const struct opened *o, const ElfW(Shdr) * section) {
    if (section->sh_type != SHT_NOBITS && !has_contents(o, section))
        return false;
    if (is_named(o, section, ".gdb_index") || is_named(o, section, ".zdebug") ||
        is_named(o, section, ".gnu_debuglink") || is_named(o, section, ".note.gnu.build-id"))
        return false;
    bool loaded = section->sh_flags & SHF_ALLOC;
    if (m->debug.fd < 0)
        return true;
    return o == &m->library ? loaded || is_named(o, section, ".shstrtab") : !loaded;
}

static const ElfW(Chdr) * compression(const struct opened *o, const ElfW(Shdr) * section) {
    bool compressed = has_contents(o, section) && (section->sh_flags & SHF_COMPRESSED) &&
                      section->sh_size > sizeof(ElfW(Chdr)) &&
                      section->sh_offset % _Alignof(ElfW(Chdr)) == 0;
    return compressed ? (const ElfW(Chdr) *)(o->start + section->sh_offset) : NULL;
}

/* How much room what is compressed needs; no file is a thousand times its own size. */
static size_t expanded_size(const struct opened *o) {
    size_t total = 0;
    for (size_t i = 0; i < o->section_count; i++) {
        const ElfW(Chdr) *head = compression(o, &o->sections[i]);
        if (head != NULL && head->ch_size / 1100 <= o->sections[i].sh_size)
            total += (head->ch_size + 15) & ~(size_t)15;
    }
    return total;
}

static bool map_files(struct making *m) {
    const int protection = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_FIXED;
    size_t count = m->library.section_count + m->debug.section_count;
    m->debug_at = PAGE_UP(m->library.size);
    size_t end = m->debug_at + PAGE_UP(m->debug.size);
    m->file.size =
        PAGE_UP(end + count * sizeof *m->sections + m->library.names_size + m->debug.names_size +
                16 + expanded_size(&m->library) + expanded_size(&m->debug));
    char *start = mmap(NULL, m->file.size, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return false;
    m->file.start = start;
    m->sections = (ElfW(Shdr) *)(start + end);
    m->section_count = count;
    m->free = (char *)(m->sections + count);
    if (mmap(start, m->library.size, protection, flags, m->library.fd, 0) == MAP_FAILED)
        return false;
    return m->debug.fd < 0 || mmap(start + m->debug_at, m->debug.size, protection, flags,
                                   m->debug.fd, 0) != MAP_FAILED;
}

/* Room for SIZE bytes at the end of the file; gives their offset in it. */
static size_t reserve(struct making *m, size_t size) {
    size_t offset = (size_t)(m->free - m->file.start);
    m->free += (size + 15) & ~(size_t)15;
    return offset;
}

static void join_names(struct making *m) {
    const struct opened *library = &m->library, *debug = &m->debug;
    ElfW(Ehdr) *header = (ElfW(Ehdr) *)m->file.start;
    size_t at = reserve(m, library->names_size + debug->names_size);
    memcpy(m->file.start + at, library->names, library->names_size);
    if (debug->names_size > 0)
        memcpy(m->file.start + at + library->names_size, debug->names, debug->names_size);
    header->e_shoff = (uint64_t)((char *)m->sections - m->file.start);
    header->e_shnum = (ElfW(Half))m->section_count;
    ElfW(Shdr) *names = &m->sections[header->e_shstrndx];
    *names = (ElfW(Shdr)){.sh_name = names->sh_name,
                          .sh_type = SHT_STRTAB,
                          .sh_offset = at,
                          .sh_size = library->names_size + debug->names_size,
                          .sh_addralign = 1};
}

/* The sections of O, which starts AT in the file, become those FROM on of the new one. */
static void take_sections(struct making *m, const struct opened *o, size_t from, size_t at,
                          size_t names_at) {
    for (size_t i = 0; i < o->section_count; i++) {
        ElfW(Shdr) *section = &m->sections[from + i];
        if (!is_wanted(m, o, &o->sections[i]))
            continue; /* its header stays zero: SHT_NULL */
        *section = o->sections[i];
        section->sh_name += (uint32_t)names_at;
        section->sh_offset += at;
        if (section->sh_link != 0)
            section->sh_link += (uint32_t)from;
        if (section->sh_flags & SHF_ALLOC)
            section->sh_addr += m->image->map.l_addr;
    }
}

/* ---- what was compressed -----------------------------------------------------------------------
 */

typedef int uncompress_function(unsigned char *to, unsigned long *to_size,
                                const unsigned char *from, unsigned long from_size);

/* Asked of the host's zlib, if there is one: only debuggers need it. */
static uncompress_function *find_uncompress(void) {
    void *zlib = glibc.dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
    void *found = zlib ? glibc.dlsym(zlib, "uncompress") : NULL;
    if (found == NULL)
        glibc.dlerror();
    return (uncompress_function *)found;
}

static bool expand(struct making *m, ElfW(Shdr) * section, uncompress_function *uncompress) {
    const ElfW(Chdr) *head = (const ElfW(Chdr) *)(m->file.start + section->sh_offset);
    unsigned long size = head->ch_size;
    if (head->ch_type != ELFCOMPRESS_ZLIB || uncompress == NULL ||
        size > (size_t)(m->file.start + m->file.size - m->free))
        return false;
    size_t at = reserve(m, size);
    if (uncompress((unsigned char *)m->file.start + at, &size, (const unsigned char *)(head + 1),
                   section->sh_size - sizeof *head) != 0)
        return false;
    section->sh_offset = at;
    section->sh_size = size;
    section->sh_addralign = head->ch_addralign;
    section->sh_flags &= ~(uint64_t)SHF_COMPRESSED;
    return true;
}

/* The new file as an object. */
static struct opened whole(const struct making *m) {
    struct opened o = {.fd = -1, .start = m->file.start, .size = m->file.size};
    read_sections(&o);
    return o;
}

static void drop_debug_sections(struct making *m) {
    struct opened o = whole(m);
    for (size_t i = 0; i < m->section_count; i++)
        if (is_named(&o, &m->sections[i], ".debug_"))
            m->sections[i].sh_type = SHT_NULL;
}

/* Addresses that stay packed would be wrong; then names have to do. */
static void expand_sections(struct making *m) {
    uncompress_function *uncompress = NULL;
    struct opened o = whole(m);
    for (size_t i = 0; i < m->section_count; i++) {
        if (compression(&o, &m->sections[i]) == NULL)
            continue;
        if (uncompress == NULL)
            uncompress = find_uncompress();
        if (!expand(m, &m->sections[i], uncompress)) {
            drop_debug_sections(m);
            return;
        }
    }
}

/* ---- moving addresses --------------------------------------------------------------------------
 */

static void move_program_headers(const struct making *m) {
    ElfW(Ehdr) *header = (ElfW(Ehdr) *)m->file.start;
    header->e_entry += m->image->map.l_addr;
    if (header->e_phoff < sizeof *header ||
        !holds(&m->library, header->e_phoff, header->e_phnum * sizeof(ElfW(Phdr)),
               _Alignof(ElfW(Phdr))))
        return;
    ElfW(Phdr) *headers = (ElfW(Phdr) *)(m->file.start + header->e_phoff);
    for (size_t i = 0; i < header->e_phnum; i++) {
        headers[i].p_vaddr += m->image->map.l_addr;
        headers[i].p_paddr += m->image->map.l_addr;
    }
}

static void move_symbols(const struct making *m, const ElfW(Shdr) * section) {
    if (section->sh_offset % _Alignof(ElfW(Sym)) != 0)
        return;
    ElfW(Sym) *symbols = (ElfW(Sym) *)(m->file.start + section->sh_offset);
    for (size_t i = 0; i < section->sh_size / sizeof *symbols; i++)
        if (symbols[i].st_shndx != SHN_UNDEF && symbols[i].st_shndx != SHN_ABS &&
            ELF64_ST_TYPE(symbols[i].st_info) != STT_TLS)
            symbols[i].st_value += m->image->map.l_addr;
}

static void move_sections(const struct making *m, enum dwarf_tls tls, int64_t tls_offset) {
    const struct image *image = m->image;
    struct dwarf dwarf = {.bias = image->map.l_addr,
                          .first = image->start - image->map.l_addr + sizeof(ElfW(Ehdr)),
                          .last = image->end - image->map.l_addr,
                          .tls_base = tls,
                          .tls_offset = tls_offset};
    struct opened o = whole(m);
    for (size_t i = 0; i < o.section_count; i++) {
        const ElfW(Shdr) *section = &o.sections[i];
        if (!has_contents(&o, section))
            continue;
        if (section->sh_type == SHT_SYMTAB || section->sh_type == SHT_DYNSYM)
            move_symbols(m, section);
        for (int kind = 0; kind < DWARF_SECTIONS; kind++)
            if (strcmp(name_of(&o, section), dwarf_names[kind]) == 0) {
                dwarf.sections[kind].start = (uint8_t *)o.start + section->sh_offset;
                dwarf.sections[kind].size = section->sh_size;
            }
    }
    dwarf_move(&dwarf);
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

static bool make(struct making *m, enum dwarf_tls tls, int64_t tls_offset) {
    if (!map_files(m))
        return false;
    take_sections(m, &m->library, 0, 0, 0);
    take_sections(m, &m->debug, m->library.section_count, m->debug_at, m->library.names_size);
    join_names(m);
    expand_sections(m);
    move_program_headers(m);
    move_sections(m, tls, tls_offset);
    return mprotect(m->file.start, m->file.size, PROT_READ) == 0;
}

enum { MAPPINGS = 3 };

struct debugfile debugfile_make(const struct image *image, enum dwarf_tls tls, int64_t tls_offset) {
    struct making m = {.image = image, .debug = {.fd = -1, .start = MAP_FAILED}};
    if (mappings_reserve(2 * MAPPINGS, image->map.l_name) < 0) {
        error_take();
        return m.file;
    }
    /* The file may have been replaced since the image was made from it. */
    bool ok = opened_from(&m.library, image->map.l_name) &&
              m.library.file.device == image->file.device &&
              m.library.file.inode == image->file.inode;
    if (ok && section_named(&m.library, ".debug_info") == NULL)
        find_debug(image, &m.library, &m.debug);
    if (!ok || !make(&m, tls, tls_offset)) {
        if (m.file.start != NULL)
            munmap(m.file.start, m.file.size);
        m.file.start = NULL;
    }
    opened_close(&m.library);
    opened_close(&m.debug);
    mappings_return(m.file.start ? MAPPINGS : 2 * MAPPINGS);
    return m.file;
}

void debugfile_free(struct debugfile file) {
    munmap(file.start, file.size);
    mappings_return(MAPPINGS);
}
