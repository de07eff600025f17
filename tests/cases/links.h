/* links.h - for hosts that open in several spaces, which only Isolde can. */
#ifndef LINKS_H
#define LINKS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isolde.h"

/* A space whose libraries are found in the current folder. */
static inline isolde_space *space_here(const char *name) {
    const char *here[] = {".", NULL};
    struct isolde_options options;
    memset(&options, 0, sizeof options);
    options.size = sizeof options;
    options.search_path = here;
    return isolde_space_new(name, &options);
}

static inline void link_for(isolde_space *space, isolde_space *from, const char *soname) {
    const char *sonames[] = {soname, NULL};
    if (isolde_space_link(space, from, sonames) != 0)
        printf("no link: %s\n", isolde_dlerror());
}

/* FILE, opened; NULL, and the reason printed. */
static inline void *open_there(isolde_space *space, const char *file) {
    void *handle = isolde_dlopen(space, file, RTLD_NOW);
    if (handle == NULL)
        printf("refused: %s\n", isolde_dlerror());
    return handle;
}

static inline int call(void *handle, const char *symbol) {
    int (*function)(void) = (int (*)(void))(handle ? isolde_dlsym(handle, symbol) : NULL);
    return function ? function() : -1;
}

/* What the space holds that is not the host's: "FILE why from" each. */
static inline void print_images(isolde_space *space) {
    size_t count = 0;
    struct isolde_image_info *images = isolde_images(space, &count);
    printf("in %s:", isolde_space_name(space));
    for (size_t i = 0; i < count; i++)
        if (!images[i].shared)
            printf(" %s (%s%s%s)", strrchr(images[i].path, '/') + 1, images[i].why,
                   images[i].linked_from ? " from " : "",
                   images[i].linked_from ? images[i].linked_from : "");
    printf("\n");
    isolde_free(images);
}

#endif
