#include "loader.h"

static void ask(const char *file, int mode, const char *way) {
    void *library = dlopen(file, mode);
    printf("%s %s: %s\n", file, way, library ? "opened" : "refused");
    if (library != NULL) {
        printf("work %d\n", ((int (*)(int))found(library, "work"))(0));
        dlclose(library);
    }
}

int main(void) {
    ask("./liblazy.so", RTLD_LAZY, "lazy");
    ask("./liblazy.so", RTLD_NOW, "now");
    ask("./libeager.so", RTLD_LAZY, "lazy");
}
