#include "loader.h"

/* Whether ADDRESS lies in a mapping that may be written. */
static int may_write(void *address) {
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long start, end;
    char permissions[5];
    int writable = -1;
    while (fscanf(maps, "%lx-%lx %4s%*[^\n]", &start, &end, permissions) == 3)
        if ((unsigned long)address >= start && (unsigned long)address < end)
            writable = permissions[1] == 'w';
    fclose(maps);
    return writable;
}

int main(void) {
    void *library = opened("./librelro.so", RTLD_NOW);
    printf("covered %d\n", may_write(found(library, "covered")));
    printf("other data %d\n", may_write(found(library, "writable")));
}
