/* images.c - fuzzes the core's reading of ELF files: map, dynamic, symbols, search paths, relocate.
 *
 * An input is a file.  It goes through the rooms of the core in the order of an open, as far as it
 * gets, and every question that the core answers about an image is asked.  What the file brings as
 * code is never run: constructors are not called, an IFUNC's resolver is answered for, and places
 * in static TLS (which only glibc can give, and not a million times) are made up.  The linker's
 * --wrap puts these answers in; the core itself is compiled unchanged.
 *
 * The image is mapped by mmap, which AddressSanitizer does not watch, so the bytes of its pages
 * that no segment holds are poisoned by hand. */
#include "loader.h"

#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NAMES_MAX = 24, SYMBOLS_MAX = 512 };

static int file = -1;
static struct isolde_space *space;
static struct image *libc;
static bool relocating; /* resolvers may not be called now */

/* ---- what would run the file's code, or use up what glibc has little of ------------------------
 */

uintptr_t __real_binding_address(const struct binding *binding);
uintptr_t __wrap_binding_address(const struct binding *binding);
uintptr_t __wrap_binding_address(const struct binding *binding) {
    const ElfW(Sym) *symbol = binding->symbol;
    if (symbol == NULL || binding->image->space == NULL ||
        ELF64_ST_TYPE(symbol->st_info) != STT_GNU_IFUNC)
        return __real_binding_address(binding);
    return binding->image->map.l_addr + symbol->st_value;
}

bool __real_map_covers(const struct image *image, uintptr_t address, size_t size, unsigned flags);
bool __wrap_map_covers(const struct image *image, uintptr_t address, size_t size, unsigned flags);
bool __wrap_map_covers(const struct image *image, uintptr_t address, size_t size, unsigned flags) {
    if (relocating && flags == PF_X)
        return false;
    return __real_map_covers(image, address, size, flags);
}

int __wrap_carrier_open(struct image *image);
int __wrap_carrier_open(struct image *image) {
    image->tls.offset = -(ptrdiff_t)image->tls.memory_size - 64;
    image->tls.is_static = true;
    return 0;
}

int __wrap_carrier_make_stacks_executable(const struct image *image);
int __wrap_carrier_make_stacks_executable(const struct image *image) {
    (void)image;
    return 0;
}

/* ---- the questions ------------------------------------------------------------------------------
 */

struct poisoned {
    uintptr_t start;
    size_t size;
};
static struct poisoned poisoned[256];
static size_t poisoned_count;

static void poison_page_ends(const struct image *image) {
    for (size_t i = 0; i < image->header_count; i++) {
        const ElfW(Phdr) *ph = &image->headers[i];
        uintptr_t end = image->map.l_addr + ph->p_vaddr + ph->p_memsz;
        if (ph->p_type != PT_LOAD || ph->p_memsz == 0)
            continue;
        ASAN_POISON_MEMORY_REGION((void *)end, PAGE_UP(end) - end);
        poisoned[poisoned_count++] = (struct poisoned){end, PAGE_UP(end) - end};
    }
}

static void unpoison(void) {
    for (size_t i = 0; i < poisoned_count; i++)
        ASAN_UNPOISON_MEMORY_REGION((void *)poisoned[i].start, poisoned[i].size);
    poisoned_count = 0;
}

static void ask_by_both_tables(struct image *image, const struct query *query) {
    struct gnu_hash kept = image->dynamic.gnu;
    symbol_in_image(image, query);
    image->dynamic.gnu.bucket_count = 0;
    symbol_in_image(image, query);
    image->dynamic.gnu = kept;
}

static void ask_for_name(struct image *image, const char *name) {
    static const struct version oldest = {"VERS_1", NULL, 0x0b3d9a41, true, false};
    struct version any = {"VERS_1", NULL, hash_sysv("VERS_1"), false, false};
    struct query plain = query_for(name, NULL, CLASS_ANY);
    struct query versioned = query_for(name, &any, CLASS_PLT);
    struct query hidden = query_for(name, &oldest, CLASS_ANY);
    ask_by_both_tables(image, &plain);
    ask_by_both_tables(image, &versioned);
    ask_by_both_tables(image, &hidden);
}

static void ask_for_names(struct image *image) {
    static const char *const usual[] = {"", "a", "function", "variable", "malloc", "environ"};
    const struct dynamic *d = &image->dynamic;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        ask_for_name(image, usual[i]);
    size_t asked = 0;
    for (size_t i = 0; i < d->symbol_count && i < SYMBOLS_MAX && asked < NAMES_MAX; i++)
        if (d->symbols[i].st_name > 0 && d->symbols[i].st_name < d->strings_size) {
            ask_for_name(image, d->strings + d->symbols[i].st_name);
            asked++;
        }
}

static void ask_for_addresses(const struct image *image) {
    const uintptr_t addresses[] = {
        image->start,      image->end - 1,
        image->map.l_addr, 0,
        UINTPTR_MAX,       image->start + (image->end - image->start) / 2};
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        const ElfW(Sym) *symbol = symbol_nearest(image, addresses[i]);
        if (symbol != NULL && strlen(image->dynamic.strings + symbol->st_name) == SIZE_MAX)
            abort();
    }
}

static int next_folder(const char *folder, const char *why, void *data) {
    (void)why;
    *(size_t *)data += strlen(folder);
    return 0;
}

static void ask_for_folders(const struct image *image) {
    size_t length = 0;
    search_paths(space, image, next_folder, &length);
    for (size_t i = 0; i < image->dynamic.needed_count; i++)
        free(search_expand(image, image->dynamic.needed[i]));
}

/* ---- the stages of an open
 * ------------------------------------------------------------------------- */

static int enter(struct image *image) {
    if (tls_assign(image) < 0 || addresses_add(image) < 0 || scope_add(&space->images, image) < 0)
        return -1;
    for (size_t i = 0; i < image->dynamic.needed_count; i++)
        if (!scope_has(&image->dependencies, libc) && scope_add(&image->dependencies, libc) < 0)
            return -1;
    if (scope_build(image) < 0 || image_add_scope(image, &image->search_list) < 0)
        return -1;
    return versions_check(image);
}

static void relocate(struct image *image, bool lazy) {
    struct scope order = {0};
    relocating = true;
    if (scope_order(&order, image) == 0 && relocate_images(&order, lazy) == 0) {
        image->live = 1;
        isolde_dlsym(image, "function");
        isolde_dlvsym(image, "variable", "VERS_1");
        isolde_dlsym(image, "thread_variable");
        Dl_info info;
        isolde_dladdr((void *)(image->start + 16), &info);
        image->live = 0;
    }
    relocating = false;
    scope_free(&order);
}

static void leave(struct image *image) {
    unique_forget(space, image);
    scope_remove(&space->images, image);
    unpoison();
    image_free(image);
}

static void open_input(const struct stat *status) {
    struct image *image = image_new("/fuzzed/library.so");
    if (image == NULL)
        return;
    image->space = space;
    image->why = "path";
    if (map_file(image, file, status, NULL) == 0) {
        poison_page_ends(image);
        if (dynamic_read(image, NULL) == 0 && !image->dynamic.pie) {
            ask_for_names(image);
            ask_for_addresses(image);
            ask_for_folders(image);
            if (enter(image) == 0)
                relocate(image, image->map.l_addr & GRANULE);
        }
    }
    leave(image);
    isolde_dlerror();
}

/* The leak checker does not look into memory from mmap, where the core keeps images and spaces. */
static void show_slots_to_leak_checker(const void *slot) {
    __lsan_register_root_region((void *)((uintptr_t)slot & ~(GRANULE - 1)), GRANULE);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    file = memfd_create("fuzzed", MFD_CLOEXEC);
    space = isolde_space_new("fuzzed", NULL);
    libc = host_shared("libc.so.6", NULL);
    if (file < 0 || space == NULL || libc == NULL)
        abort();
    show_slots_to_leak_checker(libc);
    show_slots_to_leak_checker(space);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct stat status;
    if (ftruncate(file, (off_t)size) < 0 || pwrite(file, data, size, 0) != (ssize_t)size ||
        fstat(file, &status) < 0)
        abort();
    open_input(&status);
    return 0;
}
