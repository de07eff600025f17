#include "loader.h"

static void twice(const char *file, int mode) {
    void *library = opened(file, RTLD_NOW | mode);
    number(library, "next");
    dlclose(library);
    library = opened(file, RTLD_NOW);
    printf("%s counts on: %d\n", file, number(library, "next"));
    dlclose(library);
}

int main(void) {
    twice("./libbymode.so", RTLD_NODELETE);
    twice("./libbyflag.so", 0);
    printf("needed one stays %d\n", mappings_of("/libbase.so") > 0);
}
