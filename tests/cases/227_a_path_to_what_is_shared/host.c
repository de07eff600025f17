#include "loader.h"

int main(void) {
    const char *const shared[] = {"libaway.so.*", NULL};
    struct isolde_options options = {.size = sizeof options, .shared = shared};
    void *image[2];
    for (int i = 0; i < 2; i++) {
        isolde_space *space = isolde_space_new(NULL, &options);
        void *handle = isolde_dlopen(space, "./away/libaway.so", RTLD_NOW);
        if (handle == NULL)
            printf("refused: %s\n", isolde_dlerror());
        image[i] = handle ? isolde_dlsym(handle, "next") : NULL;
    }
    printf("one for both: %d\n", image[0] != NULL && image[0] == image[1]);
}
