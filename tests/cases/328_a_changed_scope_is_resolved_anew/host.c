#include "isolde.h"

#include <stdio.h>
#include <string.h>

enum { TIMES = 5 };
typedef const char *name(void);

struct way {
    const char *label, *folder, *first, *second; /* opened before, globally */
    int mode;
};

static const struct way ways[] = {
    {"one's folder", "./one", NULL, NULL, RTLD_NOW},
    {"two's folder", "./two", NULL, NULL, RTLD_NOW},
    {"three before", "./one", "./libthree.so", NULL, RTLD_NOW},
    {"four before", "./one", "./libfour.so", NULL, RTLD_NOW},
    {"three, four before", "./one", "./libthree.so", "./libfour.so", RTLD_NOW},
    {"four, three before", "./one", "./libfour.so", "./libthree.so", RTLD_NOW},
    {"three before, deeply bound", "./one", "./libthree.so", NULL, RTLD_NOW | RTLD_DEEPBIND},
    {"four before, lazily bound", "./two", "./libfour.so", NULL, RTLD_LAZY},
};
enum { WAYS = sizeof ways / sizeof *ways };

static void open_in(const struct way *way, char *text, size_t size) {
    const char *folders[] = {way->folder, NULL};
    struct isolde_options options = {.size = sizeof options, .search_path = folders};
    isolde_space *space = isolde_space_new(NULL, &options);
    if (way->first != NULL)
        isolde_dlopen(space, way->first, RTLD_NOW | RTLD_GLOBAL);
    if (way->second != NULL)
        isolde_dlopen(space, way->second, RTLD_NOW | RTLD_GLOBAL);
    void *top = isolde_dlopen(space, "./libtop.so", way->mode);
    if (top == NULL) {
        snprintf(text, size, "%s", isolde_dlerror());
        return;
    }
    snprintf(text, size, "%s %s", ((name *)isolde_dlsym(top, "through_call"))(),
             ((name *)isolde_dlsym(top, "through_table"))());
    isolde_space_close(space);
}

int main(void) {
    char first[WAYS][256], next[256];
    for (int i = 0; i < TIMES; i++)
        for (int j = 0; j < WAYS; j++) {
            open_in(&ways[j], i == 0 ? first[j] : next, sizeof next);
            if (i == 0)
                printf("%s: %s\n", ways[j].label, first[j]);
            else if (strcmp(first[j], next) != 0)
                printf("%s, open %d: %s\n", ways[j].label, i, next);
        }
}
