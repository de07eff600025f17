#include <stdio.h>
#include <string.h>

#include "isolde.h"

typedef const char *name(void);

static void show(const char *title, const struct isolde_options *options) {
    isolde_space *space = isolde_space_new(title, options);
    void *top = isolde_dlopen(space, "./libtop.so", RTLD_NOW);
    size_t count = 0;
    struct isolde_image_info *images = isolde_images(space, &count);
    printf("%s: %s", title, top ? ((name *)isolde_dlsym(top, "top"))() : isolde_dlerror());
    for (size_t i = 0; i < count; i++)
        if (strcmp(images[i].soname, "libwho.so") == 0)
            printf(", found by %s", images[i].why);
    printf("\n");
    isolde_free(images);
}

int main(void) {
    const char *folders[] = {"./absent", "./own", "./environment", NULL};
    struct isolde_options options = {.size = sizeof options, .search_path = folders};
    show("with", &options);
    show("without", NULL);
    printf("by bare name: %s\n",
           isolde_dlopen(isolde_space_new("bare", &options), "libwho.so", RTLD_NOW) ? "opened"
                                                                                    : "refused");
}
