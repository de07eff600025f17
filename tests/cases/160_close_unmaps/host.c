#include <dirent.h>

#include "loader.h"

static int descriptors(void) {
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count;
}

static long resident_kb(void) {
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (fscanf(statm, "%*d %ld", &pages) != 1)
        return -1;
    fclose(statm);
    return pages * 4;
}

static int cycle(int times) {
    int sum = 0;
    for (int i = 0; i < times; i++) {
        void *library = opened("./libtop.so", RTLD_NOW);
        sum += number(library, "use");
        dlclose(library);
    }
    return sum;
}

int main(void) {
    /* libstdc++ cannot be unloaded by glibc (it holds unique symbols): keep it out of the count. */
    opened("libstdc++.so.6", RTLD_NOW);
    cycle(100);
    int lines = mappings_of(""), files = descriptors();
    long kilobytes = resident_kb();
    printf("sum %d\n", cycle(1000));
    printf("mappings more %d\n", mappings_of("") > lines + 2);
    printf("descriptors more %d\n", descriptors() > files);
    printf("a kilobyte an open more %d\n", resident_kb() > kilobytes + 1000);
}
