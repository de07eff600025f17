/* Opens each library of the command line in a namespace of its own (one that begins with "/" and
 * ends in "!" in the main one), says what its link maps are, and waits. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_maps(void *handle) {
    struct link_map *map;
    Lmid_t namespace;
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || dlinfo(handle, RTLD_DI_LMID, &namespace) != 0)
        exit(2);
    while (map->l_prev != NULL)
        map = map->l_prev;
    for (; map != NULL; map = map->l_next)
        printf("%ld %#lx %s\n", (long)namespace, (unsigned long)map->l_addr, map->l_name);
}

int main(int count, char **names) {
    for (int i = 1; i < count; i++) {
        char *end = names[i] + strlen(names[i]) - 1;
        int in_main = *end == '!';
        if (in_main)
            *end = '\0';
        void *handle =
            in_main ? dlopen(names[i], RTLD_NOW) : dlmopen(LM_ID_NEWLM, names[i], RTLD_NOW);
        if (handle == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
        if (!in_main)
            print_maps(handle);
    }
    print_maps(dlopen(NULL, RTLD_NOW));
    puts("ready");
    fflush(stdout);
    return getchar() == EOF ? 0 : 1;
}
