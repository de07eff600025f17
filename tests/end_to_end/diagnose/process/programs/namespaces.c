/* Opens each library of the command line in a namespace of its own: with "!" behind its name in the
 * main one, with "-" it is closed again when all are open.  Then it says what its link maps are,
 * and waits. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16 };

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

static char cut_mark(char *name) {
    char *end = name + strlen(name) - 1, mark = *end;
    if (mark != '!' && mark != '-')
        return 0;
    *end = '\0';
    return mark;
}

int main(int count, char **names) {
    void *handles[MOST];
    char marks[MOST];
    for (int i = 1; i < count; i++) {
        marks[i] = cut_mark(names[i]);
        Lmid_t namespace = marks[i] == '!' ? LM_ID_BASE : LM_ID_NEWLM;
        handles[i] = dlmopen(namespace, names[i], RTLD_NOW);
        if (handles[i] == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
    }
    for (int i = 1; i < count; i++)
        if (marks[i] == '-')
            dlclose(handles[i]);
    for (int i = 1; i < count; i++)
        if (marks[i] == 0)
            print_maps(handles[i]);
    print_maps(dlopen(NULL, RTLD_NOW));
    puts("ready");
    fflush(stdout);
    return getchar() == EOF ? 0 : 1;
}
