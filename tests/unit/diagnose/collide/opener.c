/* opener.c - opens libraries one after the other, then prints the path of everything loaded.
 *
 * usage: opener local|global FILE...
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static int print(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size, (void)data;
    if (info->dlpi_name[0] == '/')
        puts(info->dlpi_name);
    return 0;
}

int main(int argc, char **argv) {
    int mode = argc > 1 && strcmp(argv[1], "global") == 0 ? RTLD_GLOBAL : RTLD_LOCAL;
    for (int i = 2; i < argc; i++)
        if (dlopen(argv[i], RTLD_NOW | mode) == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
    dl_iterate_phdr(print, NULL);
    return 0;
}
