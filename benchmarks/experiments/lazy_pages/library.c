/* library.c - what a loader would write into a library's pages, without the loader.
 *
 * The places are those of the file's own relocations.  A reference to a symbol becomes the
 * library's own definition where it has one, else a number that stands for an address of the
 * host's: the same in each copy. */
#include "library.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DOWN(x) ((x) & ~(uint64_t)(PAGE - 1))
#define UP(x) DOWN((x) + PAGE - 1)

static struct copy *live;

void require(bool condition, const char *what) {
    if (condition)
        return;
    perror(what);
    exit(1);
}

void *checked(void *mapped, const char *what) {
    require(mapped != MAP_FAILED, what);
    return mapped;
}

static int protection(const ElfW(Phdr) * ph) {
    return (ph->p_flags & PF_R ? PROT_READ : 0) | (ph->p_flags & PF_W ? PROT_WRITE : 0) |
           (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

static void add_segment(struct library *library, const ElfW(Phdr) * ph) {
    struct segment *segment = &library->segments[library->segment_count++];
    require(library->segment_count < 8, "too many segments");
    *segment =
        (struct segment){ph->p_vaddr, ph->p_offset, ph->p_filesz, ph->p_memsz, protection(ph)};
    library->span = UP(ph->p_vaddr + ph->p_memsz);
    if (ph->p_flags & PF_W) {
        library->data = DOWN(ph->p_vaddr);
        library->data_end = UP(ph->p_vaddr + ph->p_filesz);
        library->data_offset = (off_t)DOWN(ph->p_offset);
    }
}

static const char *at_address(const struct library *library, const char *file, uint64_t address) {
    for (const struct segment *s = library->segments; s < library->segments + 8; s++)
        if (address >= s->address && address < s->address + s->file_size)
            return file + s->offset + (address - s->address);
    return NULL;
}

static int by_place(const void *a, const void *b) {
    const struct word *x = a, *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

static void add_word(struct library *library, const ElfW(Rela) * r, const ElfW(Sym) * symbols) {
    uint64_t index = ELF64_R_SYM(r->r_info);
    struct word word = {.place = r->r_offset, .value = (uint64_t)r->r_addend};
    if (r->r_offset < library->data || r->r_offset + 8 > library->data_end)
        return;
    if (ELF64_R_TYPE(r->r_info) == R_X86_64_RELATIVE) {
        word.own = true;
    } else if (index != 0 && symbols[index].st_shndx != SHN_UNDEF) {
        word.own = true;
        word.value += symbols[index].st_value;
    } else {
        word.value = UINT64_C(0x7fff00000000) + index * 16;
    }
    library->words[library->word_count++] = word;
}

static void read_words(struct library *library, const char *file, const ElfW(Dyn) * dynamic) {
    uint64_t tables[2] = {0}, sizes[2] = {0}, symbols = 0;
    for (const ElfW(Dyn) *d = dynamic; d->d_tag != DT_NULL; d++) {
        tables[0] = d->d_tag == DT_RELA ? d->d_un.d_ptr : tables[0];
        sizes[0] = d->d_tag == DT_RELASZ ? d->d_un.d_val : sizes[0];
        tables[1] = d->d_tag == DT_JMPREL ? d->d_un.d_ptr : tables[1];
        sizes[1] = d->d_tag == DT_PLTRELSZ ? d->d_un.d_val : sizes[1];
        symbols = d->d_tag == DT_SYMTAB ? d->d_un.d_ptr : symbols;
    }
    library->words = calloc((sizes[0] + sizes[1]) / sizeof(ElfW(Rela)) + 1, sizeof(struct word));
    for (int i = 0; i < 2; i++) {
        const ElfW(Rela) *r = (const void *)at_address(library, file, tables[i]);
        for (size_t n = 0; r != NULL && n < sizes[i] / sizeof *r; n++)
            add_word(library, &r[n], (const void *)at_address(library, file, symbols));
    }
    qsort(library->words, library->word_count, sizeof(struct word), by_place);
}

/* A word that reaches into the next page would need both at once: real libraries have none. */
static void index_pages(struct library *library) {
    library->first = calloc(library->pages + 1, sizeof *library->first);
    size_t word = 0;
    for (size_t page = 0; page < library->pages; page++) {
        library->first[page] = word;
        uint64_t end = library->data + (page + 1) * PAGE;
        while (word < library->word_count && library->words[word].place < end)
            require(library->words[word++].place + 8 <= end, "a word on two pages");
    }
    library->first[library->pages] = word;
}

void library_read(struct library *library, const char *path) {
    *library = (struct library){.path = path, .fd = open(path, O_RDONLY | O_CLOEXEC)};
    off_t size = lseek(library->fd, 0, SEEK_END);
    require(library->fd >= 0 && size > 0, path);
    const char *file =
        checked(mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, library->fd, 0), path);
    const ElfW(Ehdr) *header = (const void *)file;
    const ElfW(Phdr) *ph = (const void *)(file + header->e_phoff), *end = ph + header->e_phnum;
    const ElfW(Dyn) *dynamic = NULL;
    uint64_t relro_end = 0;
    for (; ph < end; ph++) {
        if (ph->p_type == PT_LOAD)
            add_segment(library, ph);
        if (ph->p_type == PT_GNU_RELRO)
            relro_end = DOWN(ph->p_vaddr + ph->p_memsz);
        if (ph->p_type == PT_DYNAMIC)
            dynamic = (const void *)(file + ph->p_offset);
    }
    library->pages = (library->data_end - library->data) / PAGE;
    library->relro_pages = relro_end > library->data ? (relro_end - library->data) / PAGE : 0;
    read_words(library, file, dynamic);
    index_pages(library);
    const struct segment *last = &library->segments[library->segment_count - 1];
    library->content = checked(mmap(NULL, library->pages * PAGE, PROT_READ | PROT_WRITE,
                                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
                               path);
    size_t before = last->address - library->data;
    memcpy(library->content, file + library->data_offset, before + last->file_size);
    munmap((void *)file, (size_t)size);
}

void library_count(const struct library *library, size_t *relocated, size_t *alike) {
    *relocated = *alike = 0;
    for (size_t page = 0; page < library->pages; page++) {
        bool own = false;
        for (size_t i = library->first[page]; i < library->first[page + 1]; i++)
            own = own || library->words[i].own;
        bool any = library->first[page + 1] > library->first[page];
        *relocated += any;
        *alike += any && !own;
    }
}

void copy_map(struct copy *copy, const struct library *library) {
    const struct segment *s = library->segments;
    copy->library = library;
    copy->base = checked(mmap(NULL, library->span, s->protection, MAP_PRIVATE, library->fd, 0),
                         library->path);
    copy->data = copy->base + library->data;
    for (s++; s < library->segments + library->segment_count; s++) {
        char *start = copy->base + DOWN(s->address), *file_end = copy->base;
        file_end += UP(s->address + s->file_size);
        char *end = copy->base + UP(s->address + s->memory_size);
        if (!(s->protection & PROT_WRITE))
            checked(mmap(start, (size_t)(file_end - start), s->protection, MAP_PRIVATE | MAP_FIXED,
                         library->fd, (off_t)DOWN(s->offset)),
                    library->path);
        if (end > file_end)
            checked(mmap(file_end, (size_t)(end - file_end), s->protection,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
                    library->path);
    }
}

void copy_unmap(struct copy *copy) { munmap(copy->base, copy->library->span); }

static uint64_t value_of(const struct copy *copy, const struct word *word) {
    return word->value + (word->own ? (uintptr_t)copy->base : 0);
}

void copy_relocate(const struct copy *copy, size_t page, size_t count) {
    const struct library *library = copy->library;
    const struct word *word = &library->words[library->first[page]];
    const struct word *end = &library->words[library->first[page + count]];
    for (; word < end; word++)
        *(uint64_t *)(copy->base + word->place) = value_of(copy, word);
}

void copy_fill(const struct copy *copy, size_t page, char *buffer) {
    const struct library *library = copy->library;
    uint64_t start = library->data + page * PAGE;
    memcpy(buffer, library->content + page * PAGE, PAGE);
    for (size_t i = library->first[page]; i < library->first[page + 1]; i++)
        *(uint64_t *)(buffer + (library->words[i].place - start)) =
            value_of(copy, &library->words[i]);
}

bool copy_is_right(const struct copy *copy) {
    static char expected[PAGE] __attribute__((aligned(PAGE)));
    for (size_t page = 0; page < copy->library->pages; page++) {
        copy_fill(copy, page, expected);
        if (memcmp(expected, copy->data + page * PAGE, PAGE) != 0)
            return false;
    }
    return true;
}

void copies_add(struct copy *copy) {
    copy->next = live;
    live = copy;
}

void copies_remove(struct copy *copy) {
    for (struct copy **at = &live; *at != NULL; at = &(*at)->next)
        if (*at == copy) {
            *at = copy->next;
            return;
        }
}

struct copy *copies_find(const void *address) {
    uintptr_t at = (uintptr_t)address;
    struct copy *copy = live;
    while (copy != NULL && at - (uintptr_t)copy->data >= copy->library->pages * PAGE)
        copy = copy->next;
    return copy;
}

struct copy *copies_first(void) {
    return live;
}
