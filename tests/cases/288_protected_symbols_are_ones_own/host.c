#include "loader.h"

static void ask(const char *file) {
    void *library = opened(file, RTLD_NOW);
    printf("%s: function %d, by pointer %d, data %d\n", file, number(library, "function"),
           number(library, "by_pointer"), number(library, "data"));
}

int main(void) {
    opened("./libfirst.so", RTLD_NOW | RTLD_GLOBAL);
    ask("./libown.so");
    ask("./libopen.so");
}
