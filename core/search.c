/* search.c - from a name to an open file, exactly as ld.so(8) describes it.
 *
 * For a name without a slash: the space's own search_path; DT_RPATH of the needing image and of
 * the images that loaded it (only where the needing image has no DT_RUNPATH), then of the program;
 * LD_LIBRARY_PATH; DT_RUNPATH of the needing image; /etc/ld.so.cache; the default folders.  Each
 * folder's glibc-hwcaps subfolders that suit the processor come before the folder itself.
 * What was tried and failed is kept for the error. */
#include "loader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* The folder of the object that holds the token: $ORIGIN. */
static size_t origin_of(const struct image *image, char *folder, size_t size) {
    const char *path = image->map.l_name;
    char program[4096];
    if (*path == '\0') {
        ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
        program[n > 0 ? n : 0] = '\0';
        path = program;
    }
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length == 0)
        length = slash ? 1 : 0;
    if (length >= size)
        length = size - 1;
    memcpy(folder, path, length);
    folder[length] = '\0';
    return length;
}

/* Matches $NAME or ${NAME} at TEXT; its length, or 0. */
static size_t token(const char *text, const char *name) {
    size_t length = strlen(name);
    if (text[1] == '{')
        return strncmp(text + 2, name, length) == 0 && text[2 + length] == '}' ? length + 3 : 0;
    if (strncmp(text + 1, name, length) != 0)
        return 0;
    char after = text[1 + length];
    bool word = after == '_' || (after >= '0' && after <= '9') ||
                ((after | 32) >= 'a' && (after | 32) <= 'z');
    return word ? 0 : length + 1;
}

/* Writes what the token at TEXT stands for and returns its length, or 0 if there is none. */
static size_t expand_token(const struct image *image, const char *text, FILE *out) {
    size_t length = token(text, "ORIGIN");
    if (length > 0) {
        char folder[4096];
        origin_of(image, folder, sizeof folder);
        fputs(folder, out);
    } else if ((length = token(text, "LIB")) > 0) {
        fputs(request_token("$LIB"), out);
    } else if ((length = token(text, "PLATFORM")) > 0) {
        fputs(request_token("$PLATFORM"), out);
    }
    return length;
}

/* Expands the dynamic string tokens of TEXT, which stands in IMAGE.  malloc'd, or NULL. */
char *search_expand(const struct image *image, const char *text) {
    char *expanded = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&expanded, &size);
    if (out == NULL) {
        error_set(ISOLDE_EMEMORY, NULL, "out of memory");
        return NULL;
    }
    while (*text != '\0') {
        size_t length = *text == '$' ? expand_token(image, text, out) : 0;
        if (length == 0)
            fputc(*text++, out);
        text += length;
    }
    fclose(out);
    return expanded;
}

/* Takes over FD; false: nothing can be told of it, and errno says why. */
static bool take(struct found *found, int fd, const char *path, const char *why) {
    if (file_look(fd, &found->status) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return false;
    }
    found->fd = fd;
    found->why = why;
    found->file = replay_edition(&found->status);
    size_t length = strnlen(path, sizeof found->path - 1);
    memmove(found->path, path, length); /* it may be there already */
    found->path[length] = '\0';
    return true;
}

void found_close(struct found *found) {
    kept_release(found->file.value);
    close(found->fd);
}

/* What makes ld.so pass a file over and search on: another class, another machine; or NULL. */
static const char *foreign(const struct found *found) {
    unsigned char head[20];
    if (found->file.value != NULL) /* it has been read before */
        return NULL;
    ssize_t n = pread(found->fd, head, sizeof head, 0);
    if (n != (ssize_t)sizeof head || memcmp(head, ELFMAG, SELFMAG) != 0)
        return NULL;
    if (head[EI_CLASS] != ELFCLASS64)
        return "wrong ELF class: ELFCLASS32";
    return head[18] != EM_X86_64 || head[19] != 0 ? "made for another machine" : NULL;
}

/* Opens a candidate of the search; false: it is not there, or foreign (which is remembered). */
static bool try_open(const char *path, const char *why, struct found *found) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || !take(found, fd, path, why)) {
        if (errno != ENOENT && errno != ENOTDIR)
            error_tried(path, strerror(errno));
        return false;
    }
    const char *objection = foreign(found);
    if (objection == NULL)
        return true;
    error_tried(path, objection);
    found_close(found);
    return false;
}

/* A file named by its path is not searched for: whatever is wrong with it is said later. */
static bool open_path(const char *path, struct found *found) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && take(found, fd, path, "path"))
        return true;
    error_tried(path, errno == ENOENT ? "no such file" : strerror(errno));
    return false;
}

struct attempt {
    const char *name;
    struct found *found;
};

/* FOLDER, "/", MIDDLE and NAME as a path of SIZE bytes at most; false: it is longer. */
static bool join(char *path, size_t size, const char *folder, const char *middle,
                 const char *name) {
    const char *const parts[] = {folder, "/", middle, name};
    size_t used = 0;
    for (size_t i = strcmp(folder, "/") == 0; i < sizeof parts / sizeof *parts; i++) {
        size_t length = strlen(parts[i]);
        if (length >= size - used)
            return false;
        memcpy(path + used, parts[i], length);
        used += length;
    }
    path[used] = '\0';
    return true;
}

/* Paths are put together where the answer goes. */
static int try_folder(const char *folder, const char *why, void *data) {
    struct attempt *attempt = data;
    struct found *found = attempt->found;
    char *path = found->path, subfolder[] = "glibc-hwcaps/x86-64-v0/";
    size_t size = sizeof found->path;
    if (*folder == '\0')
        folder = ".";
    if (join(path, size, folder, "glibc-hwcaps", "") && access(path, F_OK) == 0)
        for (int level = cpu_level(); level >= 2; level--) {
            subfolder[sizeof subfolder - 3] = (char)('0' + level);
            if (join(path, size, folder, subfolder, attempt->name) && try_open(path, why, found))
                return 1;
        }
    if (join(path, size, folder, "", attempt->name) && try_open(path, why, found))
        return 1;
    error_tried(folder, why);
    return 0;
}

typedef int visit_folder(const char *folder, const char *why, void *data);

static const char *end_of_folder(const char *at, const char *separators) {
    while (*at != '\0' && strchr(separators, *at) == NULL)
        at++;
    return at;
}

/* Visits each folder of a list separated by colons (LD_LIBRARY_PATH: semicolons too). */
static int each_folder(const struct image *image, const char *list, const char *separators,
                       const char *why, visit_folder *visit, void *data) {
    while (list != NULL) {
        const char *end = end_of_folder(list, separators);
        char *folder = strndup(list, (size_t)(end - list));
        char *expanded = folder && strchr(folder, '$') ? search_expand(image, folder) : NULL;
        int result = folder ? visit(expanded ? expanded : folder, why, data) : 0;
        free(expanded);
        free(folder);
        if (result != 0)
            return result;
        list = *end != '\0' ? end + 1 : NULL;
    }
    return 0;
}

static int each_rpath(const struct image *needer, visit_folder *visit, void *data) {
    const struct image *program = host_program();
    if (needer != NULL && needer->dynamic.runpath != NULL)
        return 0;
    int result = 0;
    for (const struct image *image = needer; image != NULL && result == 0; image = image->loader)
        result = each_folder(image, image->dynamic.rpath, ":", "rpath", visit, data);
    if (result == 0 && program != NULL && needer != program)
        result = each_folder(program, program->dynamic.rpath, ":", "rpath", visit, data);
    return result;
}

/* Visits every folder that a look-up for NEEDER would search before (PHASE 0) or after (1) the
 * cache, until VISIT returns non-zero. */
static int each_place(const struct isolde_space *space, const struct image *needer, int phase,
                      visit_folder *visit, void *data) {
    const struct image *program = host_program();
    int result = 0;
    if (phase == 1) {
        const char *const *folders = host_default_folders();
        bool wanted = needer == NULL || !needer->dynamic.no_default_lib;
        for (size_t i = 0; wanted && result == 0 && folders[i] != NULL; i++)
            result = visit(folders[i], "default", data);
        return result;
    }
    for (size_t i = 0; space->search_path[i] != NULL && result == 0; i++)
        result = visit(space->search_path[i], "search_path", data);
    if (result == 0)
        result = each_rpath(needer, visit, data);
    if (result == 0 && process_library_path != NULL && *process_library_path)
        result = each_folder(program, process_library_path, ":;", "LD_LIBRARY_PATH", visit, data);
    if (result == 0 && needer != NULL)
        result = each_folder(needer, needer->dynamic.runpath, ":", "runpath", visit, data);
    return result;
}

int search_paths(const struct isolde_space *space, const struct image *image, visit_folder *visit,
                 void *data) {
    int result = each_place(space, image, 0, visit, data);
    return result != 0 ? result : each_place(space, image, 1, visit, data);
}

static bool in_default_folder(const char *path) {
    const char *const *folders = host_default_folders();
    for (size_t i = 0; folders[i] != NULL; i++) {
        size_t length = strlen(folders[i]);
        if (strncmp(path, folders[i], length) == 0 && path[length] == '/')
            return true;
    }
    return false;
}

static int try_cache(const struct image *needer, struct attempt *attempt) {
    char *path = cache_lookup(attempt->name);
    bool no_default = needer != NULL && needer->dynamic.no_default_lib;
    int done = path != NULL && !(no_default && in_default_folder(path)) &&
               try_open(path, "cache", attempt->found);
    free(path);
    if (!done)
        error_tried("/etc/ld.so.cache", "cache");
    return done;
}

static int not_found(const struct isolde_space *space, const struct image *needer,
                     const char *name) {
    char tried[2048];
    size_t count = error_tried_list(tried, sizeof tried);
    const char *by = needer != NULL && needer->space != NULL ? needer->map.l_name : NULL;
    error_set(ISOLDE_ENOTFOUND, &(struct error_detail){.file = name, .needed_by = by},
              "%s%s%s: not found for space '%s'%s%s%s", name, by ? ", needed by " : "",
              by ? by : "", space->name, count ? ": looked in " : "", tried,
              strchr(name, '/')        ? ""
              : space->ends_when_empty ? "; install it, add its folder to LD_LIBRARY_PATH, or name "
                                         "it by its path"
                                       : "; install it, or add its folder to search_path");
    return -1;
}

/* Finds NAME (tokens already expanded) for NEEDER.  0 and *FOUND with an open descriptor, or -1. */
int search_file(const struct isolde_space *space, const struct image *needer, const char *name,
                struct found *found) {
    struct attempt attempt = {.name = name, .found = found};
    error_tried_clear();
    if (strlen(name) >= sizeof found->path - 64)
        return not_found(space, needer, "a name of over 4000 characters");
    if (strchr(name, '/') != NULL)
        return open_path(name, found) ? 0 : not_found(space, needer, name);
    if (each_place(space, needer, 0, try_folder, &attempt) || try_cache(needer, &attempt) ||
        each_place(space, needer, 1, try_folder, &attempt))
        return 0;
    return not_found(space, needer, name);
}
