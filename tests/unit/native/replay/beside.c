/* beside.c - how many mappings a later image of a library takes, before and after another library
 * has been opened.
 *
 * usage: beside LIBRARY OTHER */
#include "isolde.h"

#include <dlfcn.h>
#include <stdio.h>

static isolde_space *space_with(const char *library) {
    isolde_space *space = isolde_space_new(NULL, NULL);
    if (isolde_dlopen(space, library, RTLD_NOW) == NULL)
        printf("%s\n", isolde_dlerror());
    return space;
}

static void open_thrice(const char *library) {
    for (int i = 0; i < 3; i++)
        isolde_space_close(space_with(library));
}

static int mappings_of(const char *library) {
    isolde_space *space = space_with(library);
    size_t images;
    struct isolde_image_info *list = isolde_images(space, &images);
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4400];
    unsigned long low, high;
    int count = 0;
    while (fgets(line, sizeof line, maps) != NULL)
        count +=
            sscanf(line, "%lx-%lx", &low, &high) == 2 && low >= list->start && high <= list->end;
    fclose(maps);
    isolde_free(list);
    isolde_space_close(space);
    return count;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    open_thrice(argv[1]);
    printf("%d\n", mappings_of(argv[1]));
    open_thrice(argv[2]);
    printf("%d\n", mappings_of(argv[1]));
    return 0;
}
