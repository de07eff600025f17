#include "loader.h"

int main(void) {
    printf("%s\n", dlopen("./libtop.so", RTLD_NOW) ? "opened" : "refused");
    const char *error = dlerror();
    printf("names libleaf.so %d\n", error != NULL && strstr(error, "libleaf.so") != NULL);
    printf("mapped %d\n", mappings_of("/libtop.so") + mappings_of("/libfirst.so") +
                              mappings_of("/libmiddle.so") + mappings_of("/libleaf.so"));
    printf("found afterwards %d\n", dlopen("./libfirst.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    opened("./libleaf.so", RTLD_NOW);
    printf("%s\n", dlopen("./libtop.so", RTLD_NOW) ? "opened" : "refused");
}
