#include "loader.h"

static void ask(void) {
    void *library = opened("./libown.so", RTLD_NOW);
    printf("%d %d\n", number(library, "ask"), number(library, "call"));
    dlclose(library);
}

int main(void) {
    ask();
    opened("./libfirst.so", RTLD_NOW | RTLD_GLOBAL);
    ask();
}
