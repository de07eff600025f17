/* mutate.c - changes that reach past the checks of a header: whole fields of an ELF file.
 *
 * Half of the mutations are libFuzzer's own, of bytes.  The others set one field of the ELF header,
 * of a program header, or of an entry of the dynamic section to another field's value, to a
 * boundary of the file, or to an extreme. */
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed);

static uint64_t state;

static uint64_t chance(uint64_t below) {
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return below ? (state >> 33) % below : 0;
}

static const ElfW(Phdr) * header(const uint8_t *data, size_t size, size_t index) {
    const ElfW(Ehdr) *elf = (const void *)data;
    size_t at = elf->e_phoff + index * sizeof(ElfW(Phdr));
    if (index >= elf->e_phnum || at > size || size - at < sizeof(ElfW(Phdr)) || at % 8)
        return NULL;
    return (const void *)(data + at);
}

static size_t dynamic_offset(const uint8_t *data, size_t size) {
    const ElfW(Phdr) * ph;
    for (size_t i = 0; (ph = header(data, size, i)) != NULL; i++)
        if (ph->p_type == PT_DYNAMIC && ph->p_offset < size && ph->p_offset % 8 == 0)
            return ph->p_offset;
    return 0;
}

static uint64_t interesting(const uint8_t *data, size_t size, uint64_t now) {
    static const uint64_t extremes[] = {0,          1,         7,          8,
                                        0x0fff,     0x1000,    0x1001,     INT32_MAX,
                                        UINT32_MAX, INT64_MAX, UINT64_MAX, UINT64_C(1) << 46};
    uint64_t other = 0;
    switch (chance(5)) {
    case 0:
        return extremes[chance(sizeof extremes / sizeof *extremes)];
    case 1:
        return now + chance(17) - 8;
    case 2:
        return size - chance(64);
    case 3:
        return now ^ UINT64_C(1) << chance(64);
    default:
        memcpy(&other, data + (chance(size / 8) * 8), sizeof other);
        return other;
    }
}

static void set_field(uint8_t *data, size_t size, size_t at, size_t width) {
    uint64_t value = 0;
    if (at > size || size - at < width)
        return;
    memcpy(&value, data + at, width);
    value = interesting(data, size, value);
    memcpy(data + at, &value, width);
}

static void change_elf_header(uint8_t *data, size_t size) {
    static const uint8_t fields[][2] = {
        {offsetof(ElfW(Ehdr), e_phoff), 8}, {offsetof(ElfW(Ehdr), e_phnum), 2},
        {offsetof(ElfW(Ehdr), e_type), 2},  {offsetof(ElfW(Ehdr), e_machine), 2},
        {offsetof(ElfW(Ehdr), e_ident), 8}, {offsetof(ElfW(Ehdr), e_phentsize), 2}};
    size_t which = chance(sizeof fields / sizeof *fields);
    set_field(data, size, fields[which][0], fields[which][1]);
}

static void change_program_header(uint8_t *data, size_t size) {
    static const uint8_t fields[][2] = {
        {offsetof(ElfW(Phdr), p_type), 4},   {offsetof(ElfW(Phdr), p_flags), 4},
        {offsetof(ElfW(Phdr), p_offset), 8}, {offsetof(ElfW(Phdr), p_vaddr), 8},
        {offsetof(ElfW(Phdr), p_filesz), 8}, {offsetof(ElfW(Phdr), p_memsz), 8},
        {offsetof(ElfW(Phdr), p_align), 8}};
    const ElfW(Ehdr) *elf = (const void *)data;
    const ElfW(Phdr) *ph = header(data, size, chance(elf->e_phnum));
    size_t which = chance(sizeof fields / sizeof *fields);
    if (ph != NULL)
        set_field(data, size, (size_t)((const uint8_t *)ph - data) + fields[which][0],
                  fields[which][1]);
}

static void change_dynamic_entry(uint8_t *data, size_t size) {
    static const uint64_t tags[] = {
        DT_NULL,     DT_NEEDED,     DT_HASH,       DT_STRTAB, DT_SYMTAB,     DT_RELA,
        DT_RELASZ,   DT_STRSZ,      DT_SONAME,     DT_RPATH,  DT_SYMBOLIC,   DT_JMPREL,
        DT_PLTRELSZ, DT_TEXTREL,    DT_RUNPATH,    DT_FLAGS,  DT_INIT_ARRAY, DT_INIT_ARRAYSZ,
        DT_PLTGOT,   DT_GNU_HASH,   DT_VERSYM,     DT_VERDEF, DT_VERDEFNUM,  DT_VERNEED,
        DT_FLAGS_1,  DT_VERNEEDNUM, 35 /*RELRSZ*/, 36 /*DT_RELR*/};
    size_t at = dynamic_offset(data, size) + chance(32) * sizeof(ElfW(Dyn));
    if (at > size || size - at < sizeof(ElfW(Dyn)))
        return;
    if (chance(4) == 0)
        memcpy(data + at, &tags[chance(sizeof tags / sizeof *tags)], sizeof *tags);
    else
        set_field(data, size, at + 8, 8);
}

/* Somewhere in what the dynamic section points at, a word. */
static void change_table(uint8_t *data, size_t size) {
    size_t at = dynamic_offset(data, size) + chance(32) * sizeof(ElfW(Dyn)) + 8;
    uint64_t target;
    if (at > size || size - at < sizeof target)
        return;
    memcpy(&target, data + at, sizeof target);
    set_field(data, size, (target & 0x3fff) + chance(64) * 4, chance(2) ? 4 : 8);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t capacity, unsigned seed) {
    state = seed;
    if (size < sizeof(ElfW(Ehdr)) + 8 || chance(2))
        return LLVMFuzzerMutate(data, size, capacity);
    for (uint64_t changes = 1 + chance(3); changes > 0; changes--) {
        switch (chance(4)) {
        case 0:
            change_elf_header(data, size);
            break;
        case 1:
            change_program_header(data, size);
            break;
        case 2:
            change_dynamic_entry(data, size);
            break;
        default:
            change_table(data, size);
            break;
        }
    }
    return size;
}
