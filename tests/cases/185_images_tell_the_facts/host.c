#include "loader.h"

int main(void) {
    void *top = opened("./libtop.so", RTLD_NOW);
    char *base = found(top, "base");
    size_t count = 0;
    struct isolde_image_info *images = isolde_images(the_space(), &count);
    for (size_t i = 0; i < count; i++) {
        const struct isolde_image_info *image = &images[i];
        if (image->shared)
            continue;
        printf("%s, absolute %d, soname %s, needed by %s, found by %s, opens %u\n",
               last_part(image->path), image->path[0] == '/', image->soname,
               last_part(image->needed_by), image->why, image->opens);
        printf("  holds base %d, is the handle of top %d\n",
               (uintptr_t)base >= image->start && (uintptr_t)base < image->end,
               image->handle == top);
    }
    int libc = 0;
    for (size_t i = 0; i < count; i++)
        libc += images[i].shared && strcmp(images[i].soname, "libc.so.6") == 0 &&
                strcmp(images[i].why, "host") == 0;
    printf("libc from the host %d\n", libc);
    isolde_free(images);
}
