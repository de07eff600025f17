/* cache.c - fuzzes the reading of /etc/ld.so.cache: core/cache.c on a file of our own.
 *
 * The room is compiled into this file, so that its path can be another and its mapping be given
 * up between two inputs, which would otherwise look unchanged. */
static char path[64];
#define CACHE_PATH path
#include "../../core/cache.c"

#include <stdio.h>

static int input = -1;

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    input = memfd_create("fuzzed", MFD_CLOEXEC);
    if (input < 0)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", input);
    return 0;
}

/* The page's bytes behind the file's end are readable, but none of the room's business; copying
 * the file to an allocation of its size lets AddressSanitizer see that. */
static void replace_mapping(const uint8_t *data, size_t size) {
    read_cache();
    if (file == NULL)
        return;
    unmap_cache();
    file_size = size;
    file = memcpy(aligned_alloc(16, (size + 15) & ~(size_t)15), data, size);
    header = find_header();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const names[] = {"libseed.so.1", "libseed.so.10", "", "libz.so.1", "a"};
    if (ftruncate(input, (off_t)size) < 0 || pwrite(input, data, size, 0) != (ssize_t)size)
        abort();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        free(cache_lookup(names[i]));
    unmap_cache();
    replace_mapping(data, size);
    for (size_t i = 0; header != NULL && i < sizeof names / sizeof *names; i++)
        best(names[i]);
    free((void *)file);
    file = NULL;
    header = NULL;
    return 0;
}
