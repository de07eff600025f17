/* folder.c - a folder of recipes, for processes to come.
 *
 * Off unless ISOLDE_CACHE asks for it.  Who can write to the folder can make any process run code
 * that reads it, so it and its files must be the user's own, and nobody else's to write to; the
 * variable counts for nothing in a process of more rights than its user's (secure_getenv).
 *
 * A file is named by a hash of what it holds for, and is written under another name and renamed:
 * whoever reads sees all of it or nothing, and of several that write at once the last one stays.
 * Nothing is synced: what a crash of the machine leaves of a file is damaged, and taken for
 * missing. Whatever fails is no failure of an open, which then resolves by itself.
 *
 * When the files grow beyond LIMIT together, the oldest go. */
#include "recipe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    LIMIT = 64 << 20,
    FILE_MAX = 8 << 20 /* bytes */,
    TRIM_EVERY = 32,
    ABANDONED = 3600 /* s */
};

static const char suffix[] = ".recipe", unfinished[] = ".new-";
static char *folder; /* NULL: none is wanted */

/* "1" is the usual place; malloc'd. */
static char *chosen(const char *wish) {
    const char *cache = secure_getenv("XDG_CACHE_HOME"), *home = secure_getenv("HOME");
    char *path = NULL;
    int n = -1;
    if (wish[0] == '/')
        return strdup(wish);
    if (strcmp(wish, "1") == 0 && cache != NULL && cache[0] == '/')
        n = asprintf(&path, "%s/isolde", cache);
    else if (strcmp(wish, "1") == 0 && home != NULL && home[0] == '/')
        n = asprintf(&path, "%s/.cache/isolde", home);
    return n < 0 ? NULL : path;
}

void folder_start(void) {
    const char *wish = secure_getenv("ISOLDE_CACHE");
    folder = wish ? chosen(wish) : NULL;
}

bool folder_is_wanted(void) { return folder != NULL; }

static bool is_ours(int fd, mode_t type, struct stat *status) {
    return fstat(fd, status) == 0 && (status->st_mode & S_IFMT) == type &&
           status->st_uid == geteuid() && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* The folder's own parent, too, where it is missing: ~/.cache may be. */
static void make_folder(void) {
    char *parent = strdup(folder), *slash = parent ? strrchr(parent, '/') : NULL;
    if (slash != NULL && slash != parent) {
        *slash = '\0';
        mkdir(parent, 0700);
    }
    free(parent);
    mkdir(folder, 0700);
}

/* -1: it is not there, or not to be trusted. */
static int open_folder(void) {
    struct stat status;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || is_ours(fd, S_IFDIR, &status))
        return fd;
    close(fd);
    return -1;
}

enum { NAME_SIZE = 2 * 16 + sizeof suffix };

static void name_file(const struct description *description, char name[NAME_SIZE]) {
    uint64_t one = 1, other = 2;
    for (size_t i = 0; i < description->count; i++) {
        one = portable_mix(one, description->words[i]);
        other = portable_mix(other, description->words[i]);
    }
    snprintf(name, NAME_SIZE, "%016lx%016lx%s", one, other, suffix);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static bool read_whole(int fd, struct packed *packed) {
    size_t done = 0;
    while (done < packed->size) {
        ssize_t n = read(fd, packed->bytes + done, packed->size - done);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool read_file(int fd, struct packed *packed) {
    struct stat status;
    if (!is_ours(fd, S_IFREG, &status) || status.st_size <= 0 || status.st_size > FILE_MAX)
        return false;
    *packed = (struct packed){malloc((size_t)status.st_size), (size_t)status.st_size};
    if (packed->bytes != NULL && read_whole(fd, packed))
        return true;
    free(packed->bytes);
    return false;
}

/* The file for DESCRIPTION, as it is, in memory that the caller frees; false: there is none. */
bool folder_read(const struct description *description, struct packed *packed) {
    char name[NAME_SIZE];
    int within = open_folder();
    if (within < 0)
        return false;
    name_file(description, name);
    int fd = openat(within, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    bool found = fd >= 0 && read_file(fd, packed);
    if (fd >= 0)
        close(fd);
    close(within);
    return found;
}

/* ---- keeping to the limit ---------------------------------------------------------------------
 */

struct file {
    char name[NAME_SIZE];
    off_t size;
    struct timespec changed;
};

struct files {
    struct file *list;
    size_t count, capacity;
    off_t size;
};

static bool has_suffix(const char *name) {
    size_t length = strlen(name);
    return length == NAME_SIZE - 1 && strcmp(name + length - (sizeof suffix - 1), suffix) == 0;
}

static void consider(struct files *files, int within, const char *name) {
    struct stat status;
    struct timespec now;
    bool is_new = strncmp(name, unfinished, sizeof unfinished - 1) == 0;
    if ((!is_new && !has_suffix(name)) || fstatat(within, name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
        !S_ISREG(status.st_mode))
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    if (is_new && now.tv_sec - status.st_mtim.tv_sec > ABANDONED)
        unlinkat(within, name, 0);
    if (is_new)
        return;
    if (files->count == files->capacity) {
        size_t capacity = files->capacity ? files->capacity * 2 : 64;
        struct file *bigger = realloc(files->list, capacity * sizeof *bigger);
        if (bigger == NULL)
            return;
        files->list = bigger;
        files->capacity = capacity;
    }
    struct file *file = &files->list[files->count++];
    *file = (struct file){.size = status.st_size, .changed = status.st_mtim};
    memcpy(file->name, name, NAME_SIZE);
    files->size += status.st_size;
}

static int oldest_first(const void *a, const void *b) {
    const struct timespec *one = &((const struct file *)a)->changed;
    const struct timespec *other = &((const struct file *)b)->changed;
    if (one->tv_sec != other->tv_sec)
        return one->tv_sec < other->tv_sec ? -1 : 1;
    return (one->tv_nsec > other->tv_nsec) - (one->tv_nsec < other->tv_nsec);
}

static void trim(int within) {
    struct files files = {0};
    int again = openat(within, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = again >= 0 ? fdopendir(again) : NULL;
    if (entries == NULL && again >= 0)
        close(again);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
        consider(&files, within, entry->d_name);
    if (entries != NULL)
        closedir(entries);
    if (files.size > LIMIT)
        qsort(files.list, files.count, sizeof *files.list, oldest_first);
    for (size_t i = 0; i < files.count && files.size > LIMIT; i++) {
        unlinkat(within, files.list[i].name, 0);
        files.size -= files.list[i].size;
    }
    free(files.list);
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static bool write_whole(int fd, const struct packed *packed) {
    size_t done = 0;
    while (done < packed->size) {
        ssize_t n = write(fd, packed->bytes + done, packed->size - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static void write_file(int within, const char *name, const struct packed *packed) {
    static atomic_uint last;
    char fresh[64];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now); /* processes of two containers may have one number */
    snprintf(fresh, sizeof fresh, "%s%d-%u-%lx", unfinished, (int)getpid(),
             atomic_fetch_add(&last, 1), now.tv_nsec);
    int fd = openat(within, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    bool written = write_whole(fd, packed);
    close(fd);
    if (!written || renameat(within, fresh, within, name) < 0)
        unlinkat(within, fresh, 0);
}

/* Leaves PACKED for whoever describes the same.  It may be that it cannot. */
void folder_write(const struct description *description, const struct packed *packed) {
    static atomic_uint count;
    char name[NAME_SIZE];
    struct rlimit limit; /* a write beyond it would end the process */
    if (packed->size > FILE_MAX || getrlimit(RLIMIT_FSIZE, &limit) < 0 ||
        packed->size > limit.rlim_cur)
        return;
    int within = open_folder();
    if (within < 0) {
        make_folder();
        within = open_folder();
    }
    if (within < 0)
        return;
    name_file(description, name);
    write_file(within, name, packed);
    if (atomic_fetch_add(&count, 1) % TRIM_EVERY == 0)
        trim(within);
    close(within);
}
