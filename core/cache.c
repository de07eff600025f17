/* cache.c - /etc/ld.so.cache, the index that ldconfig(8) makes of the system's libraries.
 *
 * The new format (glibc's dl-cache.h, "glibc-ld.so.cache1.1"): a header, entries sorted by name,
 * a string table, and an extension section with the names of the glibc-hwcaps subfolders.  Several
 * entries may have one name; the usable one with the highest x86-64 level wins, then a plain one.
 * The file is mapped once and again when it has been replaced. */
#include "loader.h"

#include <cpuid.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef CACHE_PATH /* the fuzzer names another */
#define CACHE_PATH "/etc/ld.so.cache"
#endif
#define CACHE_MAGIC "glibc-ld.so.cache1.1"
#define OLD_MAGIC "ld.so-1.7.0"

struct cache_entry {
    int32_t flags;
    uint32_t name, path; /* offsets from the header */
    uint32_t os_version;
    uint64_t hwcap;
};

struct cache_header {
    char magic[20]; /* CACHE_MAGIC without its zero */
    uint32_t count, strings_size;
    uint8_t flags, padding[3];
    uint32_t extension;
    uint32_t unused[3];
    struct cache_entry entries[];
};

struct extension_section {
    uint32_t tag, flags, offset, size;
};

enum {
    FLAG_X86_64_ELF_LIBC6 = 0x0303,
    EXTENSION_MAGIC = (int)0xeaa42174,
    SECTION_HWCAPS = 1,
};
#define HWCAP_EXTENSION (UINT64_C(1) << 62)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *file; /* the mapping, or NULL */
static size_t file_size;
static struct stat file_status;
static const struct cache_header *header; /* inside the mapping; NULL: unusable */

void cache_lock(void) { pthread_mutex_lock(&lock); }
void cache_unlock(void) { pthread_mutex_unlock(&lock); }

static unsigned cpuid_bits(unsigned leaf, int reg) {
    unsigned r[4] = {0};
    __get_cpuid_count(leaf, 0, &r[0], &r[1], &r[2], &r[3]);
    return r[reg];
}

/* The x86-64 psABI's micro-architecture levels. */
int cpu_level(void) {
    static atomic_int known;
    int level = atomic_load(&known);
    if (level != 0)
        return level;
    unsigned c1 = cpuid_bits(1, 2), b7 = cpuid_bits(7, 1), cx = cpuid_bits(0x80000001, 2);
    const unsigned v2 =
        bit_SSE3 | bit_SSSE3 | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT | bit_CMPXCHG16B;
    const unsigned v3c = bit_AVX | bit_F16C | bit_FMA | bit_MOVBE | bit_OSXSAVE;
    const unsigned v3b = bit_AVX2 | bit_BMI | bit_BMI2;
    const unsigned v4 = bit_AVX512F | bit_AVX512BW | bit_AVX512CD | bit_AVX512DQ | bit_AVX512VL;
    unsigned low = 0, high = 0;
    if (c1 & bit_OSXSAVE)
        __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    level = 1;
    if ((c1 & v2) == v2 && (cx & bit_LAHF_LM))
        level = 2;
    if (level == 2 && (c1 & v3c) == v3c && (b7 & v3b) == v3b && (cx & bit_LZCNT) && (low & 6) == 6)
        level = 3;
    if (level == 3 && (b7 & v4) == v4 && (low & 0xe6) == 0xe6)
        level = 4;
    atomic_store(&known, level);
    return level;
}

static void unmap_cache(void) {
    if (file != NULL)
        munmap((void *)file, file_size);
    file = NULL;
    header = NULL;
}

/* The old format's header may come first, for programs of the last century. */
static const struct cache_header *find_header(void) {
    size_t at = 0;
    if (file_size > 16 && memcmp(file, OLD_MAGIC, sizeof OLD_MAGIC - 1) == 0) {
        uint32_t count;
        memcpy(&count, file + 12, sizeof count);
        at = (16 + (size_t)count * 12 + 7) & ~(size_t)7;
    }
    const struct cache_header *h = (const void *)(file + at);
    if (at > file_size || file_size - at < sizeof *h ||
        memcmp(h->magic, CACHE_MAGIC, sizeof h->magic) != 0)
        return NULL;
    size_t left = file_size - at - sizeof *h;
    return h->count <= left / sizeof *h->entries ? h : NULL;
}

static bool is_read(const struct stat *status) {
    return file != NULL && status->st_ino == file_status.st_ino &&
           status->st_size == file_status.st_size &&
           status->st_mtim.tv_sec == file_status.st_mtim.tv_sec &&
           status->st_mtim.tv_nsec == file_status.st_mtim.tv_nsec;
}

static void read_cache(void) {
    struct stat status;
    unmap_cache();
    int fd = open(CACHE_PATH, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    void *at = file_look(fd, &status) == 0 && status.st_size > 0
                   ? mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
                   : MAP_FAILED;
    close(fd);
    if (at == MAP_FAILED)
        return;
    file = at;
    file_size = (size_t)status.st_size;
    file_status = status;
    header = find_header();
}

/* Takes the lock; from then on the file is as it was when this was called, or later. */
static void lock_refreshed(void) {
    struct stat status;
    bool is_there = stat(CACHE_PATH, &status) == 0;
    cache_lock();
    if (!is_there || !is_read(&status))
        read_cache();
}

/* The string at OFFSET from the header, or "" where it does not end inside the file. */
static const char *text(uint64_t offset) {
    size_t start = (size_t)((const char *)header - file);
    if (offset >= file_size - start)
        return "";
    const char *at = (const char *)header + offset;
    return memchr(at, '\0', file_size - start - offset) ? at : "";
}

static unsigned long number(const char **text) {
    unsigned long value = 0;
    for (; **text >= '0' && **text <= '9'; ++*text)
        value = value * 10 + (unsigned long)(**text - '0');
    return value;
}

/* The names in the cache are ordered so that numbers inside them compare by value. */
static int compare(const char *a, const char *b) {
    while (*a != '\0') {
        bool digit_a = *a >= '0' && *a <= '9', digit_b = *b >= '0' && *b <= '9';
        if (digit_a && digit_b) {
            unsigned long x = number(&a), y = number(&b);
            if (x != y)
                return x < y ? -1 : 1;
        } else if (digit_a != digit_b) {
            return digit_a ? 1 : -1;
        } else if (*a != *b) {
            return (int)*a - (int)*b;
        } else {
            a++;
            b++;
        }
    }
    return -(int)*b;
}

/* The name of glibc-hwcaps subfolder INDEX, such as "x86-64-v3". */
static const char *subfolder(uint32_t index) {
    const uint32_t *extension = (const void *)(file + header->extension);
    if (header->extension == 0 || header->extension % 4 || header->extension > file_size ||
        file_size - header->extension < 8 || extension[0] != (uint32_t)EXTENSION_MAGIC)
        return "";
    const struct extension_section *section = (const void *)(extension + 2);
    for (uint32_t i = 0; i < extension[1]; i++, section++) {
        if ((size_t)((const char *)(section + 1) - file) > file_size)
            return "";
        if (section->tag != SECTION_HWCAPS || index >= section->size / 4 ||
            section->offset > file_size || file_size - section->offset < section->size)
            continue;
        uint32_t name;
        memcpy(&name, file + section->offset + index * 4, sizeof name);
        return text(name);
    }
    return "";
}

/* How good an entry is on this processor: -1 unusable, 0 plain, 2..4 its level. */
static int rank(const struct cache_entry *entry) {
    if (entry->flags != FLAG_X86_64_ELF_LIBC6)
        return -1;
    if (entry->hwcap == 0)
        return 0;
    if (!(entry->hwcap & HWCAP_EXTENSION))
        return -1; /* hwcaps of old: gone from glibc 2.37, unused by Debian */
    int level = 0;
    const char *name = subfolder((uint32_t)entry->hwcap);
    if (strncmp(name, "x86-64-v", 8) == 0)
        level = atoi(name + 8);
    return level >= 2 && level <= cpu_level() ? level : -1;
}

static const char *best(const char *name) {
    size_t low = 0, high = header->count;
    while (low < high) { /* the cache is sorted in descending order */
        size_t middle = low + (high - low) / 2;
        if (compare(name, text(header->entries[middle].name)) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const char *path = NULL;
    int path_rank = -1;
    for (size_t i = low; i < header->count; i++) {
        const struct cache_entry *entry = &header->entries[i];
        if (compare(name, text(entry->name)) != 0)
            break;
        int entry_rank = rank(entry);
        if (entry_rank > path_rank) {
            path_rank = entry_rank;
            path = text(entry->path);
        }
    }
    return path;
}

/* The path of SONAME's library, malloc'd, or NULL. */
char *cache_lookup(const char *soname) {
    lock_refreshed();
    const char *path = header ? best(soname) : NULL;
    char *copy = path ? strdup(path) : NULL;
    cache_unlock();
    return copy;
}

/* What a look-up of each name gives, in the order of the cache; NULL-terminated and malloc'd, as
 * its elements are.  NULL: out of memory. */
char **cache_paths(void) {
    lock_refreshed();
    size_t entries = header ? header->count : 0, count = 0;
    char **paths = calloc(entries + 1, sizeof *paths);
    const char *previous = "";
    for (size_t i = 0; i < entries && paths != NULL; i++) {
        const char *name = text(header->entries[i].name), *path = NULL;
        if (strcmp(name, previous) != 0)
            path = best(name);
        previous = name;
        if (path != NULL && (paths[count] = strdup(path)) != NULL)
            count++;
    }
    cache_unlock();
    return paths;
}
