/* debugfile.c - fuzzes the file that debuggers without namespaces are given: core/debugfile.c on an
 * image that claims to have been mapped from the input.
 *
 * What comes out is looked at as a debugger would: its section headers and what they describe lie
 * inside it. */
#include "../../core/debugfile.c"

/* The room's neighbours: the budget of mappings, errors, and the loader that brings zlib. */
struct glibc glibc;
int mappings_reserve(unsigned count, const char *file) {
    (void)count;
    (void)file;
    return 0;
}
void mappings_return(unsigned count) { (void)count; }
char *error_take(void) { return NULL; }

enum { BIAS = 0x10000000, LARGEST = 1 << 20 };

static int input = -1;
static struct image image;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    static char path[64];
    struct stat status;
    (void)argc;
    (void)argv;
    input = memfd_create("fuzzed", MFD_CLOEXEC);
    glibc.dlopen = dlopen;
    glibc.dlsym = dlsym;
    glibc.dlerror = dlerror;
    if (input < 0 || fstat(input, &status) < 0)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", input);
    image.map.l_name = path;
    image.map.l_addr = image.start = BIAS;
    image.end = BIAS + LARGEST;
    image.file = (struct file_id){status.st_dev, status.st_ino};
    return 0;
}

static void look_at(const struct debugfile *file) {
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)file->start;
    const ElfW(Shdr) *sections = (const ElfW(Shdr) *)(file->start + header->e_shoff);
    if (header->e_shoff > file->size ||
        header->e_shnum > (file->size - header->e_shoff) / sizeof *sections)
        abort();
    for (size_t i = 0; i < header->e_shnum; i++) {
        const ElfW(Shdr) *section = &sections[i];
        if (section->sh_type == SHT_NULL || section->sh_type == SHT_NOBITS)
            continue;
        if (section->sh_offset > file->size || section->sh_size > file->size - section->sh_offset)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (ftruncate(input, (off_t)size) < 0 || pwrite(input, data, size, 0) != (ssize_t)size)
        abort();
    struct debugfile file = debugfile_make(&image, DWARF_TLS_BLOCK, 64);
    if (file.start != NULL) {
        look_at(&file);
        debugfile_free(file);
    }
    return 0;
}
