#include "loader.h"

static void ask(const char *file, int mode) {
    void *library = opened(file, mode);
    printf("%s: %d %d %d %d\n", file, number(library, "by_call"), number(library, "by_pointer"),
           number(library, "by_address"), number(library, "picked"));
}

int main(void) {
    ask("./libuser.so", RTLD_LAZY);
    ask("./libnoplt.so", RTLD_NOW);
}
