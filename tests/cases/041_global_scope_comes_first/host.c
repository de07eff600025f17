#include "loader.h"

static void ask(const char *file, int mode) {
    void *library = opened(file, RTLD_NOW | mode);
    printf("%s: call %s, read %s\n", file, text(library, "call"), text(library, "read"));
}

int main(void) {
    opened("./libglobal.so", RTLD_NOW | RTLD_GLOBAL);
    ask("./libplain.so", RTLD_LOCAL);
    ask("./libdeep.so", RTLD_DEEPBIND);
    ask("./libsymbolic.so", RTLD_LOCAL);
    ask("./libprotected.so", RTLD_LOCAL);
}
