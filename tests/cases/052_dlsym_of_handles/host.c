#include "loader.h"

static void ask(void *handle, const char *symbol) {
    dlerror();
    void *address = dlsym(handle, symbol);
    printf("%s: %s, error %d\n", symbol, address ? "found" : "null", dlerror() != NULL);
}

int main(void) {
    void *top = opened("./libtop.so", RTLD_NOW | RTLD_GLOBAL);
    void *base = opened("./libbase.so", RTLD_NOW);
    void *other = opened("./libother.so", RTLD_NOW | RTLD_GLOBAL);
    ask(top, "in_top");
    ask(top, "in_base");
    ask(top, "in_other");
    ask(base, "in_top");
    ask(other, "nothing");
    void *everything = dlopen(NULL, RTLD_NOW);
    if (everything != NULL)
        ask(everything, "in_other");
}
