#include "loader.h"

static void refuse(const char *file, int mode, const char *symbol) {
    printf("%s: %s\n", file, dlopen(file, mode) ? "opened" : "refused");
    const char *error = dlerror();
    printf("names the symbol %d, the file %d\n", error != NULL && strstr(error, symbol) != NULL,
           error != NULL && strstr(error, last_part(file)) != NULL);
    printf("mapped %d\n", mappings_of(last_part(file)) + mappings_of("/libfirst.so"));
}

int main(void) {
    void *shared = opened("./libshared.so", RTLD_NOW);
    number(shared, "next");
    refuse("./libfunction.so", RTLD_NOW, "nobody_defines_this_function");
    refuse("./libdata.so", RTLD_LAZY, "nobody_defines_this_data");
    printf("count %d\n", number(shared, "next"));
    dlclose(shared);
    printf("shared mapped %d\n", mappings_of("/libshared.so"));
}
