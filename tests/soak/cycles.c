/* cycles.c - opens and closes a library again and again, and prints what has grown.
 *
 * usage: cycles FILE CYCLES space|library
 *
 * "space": every cycle has a space of its own; "library": one space, its library opened and closed.
 * The first cycles, which fill caches, are not counted. */
#include "isolde.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WARM = 100 };

struct usage {
    long resident_kib, mappings, descriptors;
};

static long lines_of(const char *path) {
    FILE *file = fopen(path, "r");
    long lines = 0;
    for (int c; file != NULL && (c = fgetc(file)) != EOF;)
        lines += c == '\n';
    if (file != NULL)
        fclose(file);
    return lines;
}

static long entries_of(const char *path) {
    DIR *folder = opendir(path);
    long entries = 0;
    while (folder != NULL && readdir(folder) != NULL)
        entries++;
    if (folder != NULL)
        closedir(folder);
    return entries;
}

static struct usage measure(void) {
    struct usage usage = {0};
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm == NULL || fscanf(statm, "%*s %ld", &usage.resident_kib) != 1)
        exit(1);
    fclose(statm);
    usage.resident_kib *= sysconf(_SC_PAGESIZE) / 1024;
    usage.mappings = lines_of("/proc/self/maps");
    usage.descriptors = entries_of("/proc/self/fd");
    return usage;
}

static isolde_space *kept;

static void cycle(const char *file) {
    isolde_space *space = kept ? kept : isolde_space_new(NULL, NULL);
    void *handle = isolde_dlopen(space, file, RTLD_NOW);
    if (handle == NULL || isolde_dlclose(handle) != 0 ||
        (kept == NULL && isolde_space_close(space) != 0)) {
        fprintf(stderr, "%s\n", isolde_dlerror());
        exit(1);
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    if (strcmp(argv[3], "library") == 0)
        kept = isolde_space_new(NULL, NULL);
    for (int i = 0; i < WARM; i++)
        cycle(argv[1]);
    measure();
    struct usage before = measure();
    for (int i = 0; i < atoi(argv[2]); i++)
        cycle(argv[1]);
    struct usage after = measure();
    printf("%ld %ld %ld\n", after.resident_kib - before.resident_kib,
           after.mappings - before.mappings, after.descriptors - before.descriptors);
}
