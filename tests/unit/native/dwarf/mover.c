/* `mover FILE OTHER BIAS LAST`: moves the DWARF of FILE, whose addresses go up to LAST, by BIAS,
 * and names every section that is then not the same as OTHER's; on broken input, only moves. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "dwarf.h"

static char *read_whole(const char *path) {
    FILE *file = fopen(path, "re");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) < 0)
        abort();
    char *content = malloc((size_t)status.st_size);
    if (fread(content, 1, (size_t)status.st_size, file) != (size_t)status.st_size)
        abort();
    fclose(file);
    return content;
}

static Elf64_Shdr *find(char *file, const char *name) {
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)file;
    Elf64_Shdr *sections = (Elf64_Shdr *)(file + header->e_shoff);
    for (int i = 0; i < header->e_shnum; i++)
        if (strcmp(file + sections[header->e_shstrndx].sh_offset + sections[i].sh_name, name) == 0)
            return &sections[i];
    return NULL;
}

/* Each section in memory of its own, so that AddressSanitizer sees what is read beyond it. */
static uint8_t *copy(const char *file, const Elf64_Shdr *section) {
    uint8_t *bytes = malloc(section->sh_size);
    return memcpy(bytes, file + section->sh_offset, section->sh_size);
}

static int compare(const struct dwarf *moved, char *other) {
    int differing = 0;
    for (int i = 0; i < DWARF_SECTIONS; i++) {
        const Elf64_Shdr *section = find(other, dwarf_names[i]);
        const uint8_t *want = section ? (const uint8_t *)other + section->sh_offset : NULL;
        size_t size = section ? section->sh_size : 0, at = 0;
        while (at < size && at < moved->sections[i].size &&
               want[at] == moved->sections[i].start[at])
            at++;
        if (size > 0)
            printf("has %s\n", dwarf_names[i]);
        if (at < size || size != moved->sections[i].size)
            differing += printf("%s differs at 0x%zx\n", dwarf_names[i], at) > 0;
    }
    return differing;
}

/* Changes one byte after the other, pseudo-randomly, and moves again. */
static void mutate(struct dwarf *dwarf, unsigned rounds) {
    uint32_t random = 1;
    for (; rounds > 0; rounds--) {
        random = random * 1664525 + 1013904223;
        int kind = (int)(random >> 16) % DWARF_SECTIONS;
        if (dwarf->sections[kind].size == 0)
            continue;
        random = random * 1664525 + 1013904223;
        dwarf->sections[kind].start[random % dwarf->sections[kind].size] = (uint8_t)(random >> 24);
        dwarf_move(dwarf);
    }
}

int main(int argc, char **argv) {
    char *file = read_whole(argv[1]), *other = read_whole(argv[2]);
    struct dwarf dwarf = {.first = sizeof(Elf64_Ehdr),
                          .tls_base = DWARF_TLS_BLOCK,
                          .bias = strtoull(argv[3], NULL, 0),
                          .last = strtoull(argv[4], NULL, 0)};
    for (int i = 0; i < DWARF_SECTIONS; i++) {
        const Elf64_Shdr *section = find(file, dwarf_names[i]);
        if (section != NULL) {
            dwarf.sections[i].start = copy(file, section);
            dwarf.sections[i].size = section->sh_size;
        }
    }
    dwarf_move(&dwarf);
    int differing = compare(&dwarf, other);
    if (argc > 5)
        mutate(&dwarf, (unsigned)atoi(argv[5]));
    for (int i = 0; i < DWARF_SECTIONS; i++)
        free(dwarf.sections[i].start);
    free(file);
    free(other);
    return differing > 0;
}
