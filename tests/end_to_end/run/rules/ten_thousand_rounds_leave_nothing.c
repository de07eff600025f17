/* Opening and closing costs neither memory nor mappings in the long run. */
#include "../check.h"

#include <unistd.h>

static long lines_of(const char *path) {
    long lines = 0;
    FILE *file = fopen(path, "r");
    for (int c; (c = getc(file)) != EOF;)
        lines += c == '\n';
    fclose(file);
    return lines;
}

static long resident_pages(void) {
    long size, resident;
    FILE *file = fopen("/proc/self/statm", "r");
    check(fscanf(file, "%ld %ld", &size, &resident) == 2);
    fclose(file);
    return resident;
}

static void rounds(int count) {
    for (int i = 0; i < count; i++) {
        void *handle = open_new("./liblocals.so");
        check(call(handle, "next_of_thread") == 7);
        void *second = dlmopen(id_of(handle), "./libsecond.so", RTLD_NOW);
        check(second != NULL && dlclose(second) == 0);
        check(dlclose(handle) == 0);
    }
}

int main(void) {
    rounds(200);
    long maps = lines_of("/proc/self/maps"), pages = resident_pages();
    rounds(10000);
    check(lines_of("/proc/self/maps") <= maps + 4);
    check(resident_pages() <= pages + 64);
    return 0;
}
