/* bindings.c - opens one library in a space and prints what its images' slots really hold.
 *
 * A line "IMAGE<tab>SYMBOL<tab>TARGET" for every relocation by symbol of every image of the space,
 * read back from memory; TARGET is the file that holds the address found in the slot.
 */
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "isolde.h"

struct tables {
    const Elf64_Rela *rela, *jmprel;
    size_t rela_size, jmprel_size;
    const Elf64_Sym *symbols;
    const char *strings;
};

static const Elf64_Phdr *segment_of(const struct isolde_image_info *image, unsigned type) {
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)image->start;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(image->start + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++)
        if (segment[i].p_type == type)
            return &segment[i];
    return NULL;
}

/* Ordinary data may hold something else by now: constructors have run. */
static int is_read_only(const struct isolde_image_info *image, const Elf64_Rela *slot) {
    const Elf64_Phdr *relro = segment_of(image, PT_GNU_RELRO);
    return relro != NULL && slot->r_offset - relro->p_vaddr < relro->p_memsz;
}

/* The tables' addresses: relative to the base in the file, absolute once a loader has been there.
 */
static const void *place(const struct isolde_image_info *image, Elf64_Addr value) {
    int absolute = value >= image->start && value < image->end;
    return (const void *)(absolute ? value : image->base + value);
}

static struct tables read_tables(const struct isolde_image_info *image) {
    struct tables tables = {0};
    const Elf64_Phdr *dynamic = segment_of(image, PT_DYNAMIC);
    const Elf64_Dyn *entry = (const Elf64_Dyn *)(image->base + dynamic->p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++) {
        const void *address = place(image, entry->d_un.d_ptr);
        switch (entry->d_tag) {
        case DT_RELA:
            tables.rela = address;
            break;
        case DT_RELASZ:
            tables.rela_size = entry->d_un.d_val;
            break;
        case DT_JMPREL:
            tables.jmprel = address;
            break;
        case DT_PLTRELSZ:
            tables.jmprel_size = entry->d_un.d_val;
            break;
        case DT_SYMTAB:
            tables.symbols = address;
            break;
        case DT_STRTAB:
            tables.strings = address;
            break;
        }
    }
    return tables;
}

static int is_local(const Elf64_Sym *symbol) {
    int visibility = ELF64_ST_VISIBILITY(symbol->st_other);
    return ELF64_ST_BIND(symbol->st_info) == STB_LOCAL || visibility == STV_HIDDEN ||
           visibility == STV_INTERNAL;
}

static void print_slot(const struct isolde_image_info *image, const struct tables *tables,
                       const Elf64_Rela *slot) {
    const Elf64_Sym *symbol = &tables->symbols[ELF64_R_SYM(slot->r_info)];
    int type = ELF64_R_TYPE(slot->r_info);
    if (type != R_X86_64_GLOB_DAT && type != R_X86_64_JUMP_SLOT &&
        !(type == R_X86_64_64 && is_read_only(image, slot)))
        return;
    char *held = *(char **)(image->base + slot->r_offset);
    char *address = type == R_X86_64_64 ? held - slot->r_addend : held;
    Dl_info target;
    if (ELF64_R_SYM(slot->r_info) == 0 || is_local(symbol) || address == NULL)
        return;
    int known = isolde_dladdr(address, &target);
    printf("%s\t%s\t%s\n", image->path, tables->strings + symbol->st_name,
           known ? target.dli_fname : "nowhere");
}

static void print_table(const struct isolde_image_info *image, const struct tables *tables,
                        const Elf64_Rela *table, size_t size) {
    for (size_t i = 0; i < size / sizeof *table; i++)
        print_slot(image, tables, &table[i]);
}

int main(int argc, char **argv) {
    isolde_space *space = isolde_space_new("oracle", NULL);
    size_t count = 0;
    if (argc != 2 || isolde_dlopen(space, argv[1], RTLD_NOW) == NULL) {
        fprintf(stderr, "%s\n", isolde_dlerror());
        return 1;
    }
    struct isolde_image_info *images = isolde_images(space, &count);
    for (size_t i = 0; i < count; i++) {
        if (images[i].shared)
            continue;
        struct tables tables = read_tables(&images[i]);
        print_table(&images[i], &tables, tables.rela, tables.rela_size);
        print_table(&images[i], &tables, tables.jmprel, tables.jmprel_size);
    }
    isolde_free(images);
}
