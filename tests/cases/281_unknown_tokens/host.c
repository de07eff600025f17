#include "loader.h"

int main(void) {
    static const char *const paths[] = {
        "$NOSUCH/libadd.so", "${NOSUCH}/libadd.so", "${ORIGIN",    "$",
        "${}/libadd.so",     "./$ORIGINAL/x",       "$/libadd.so", "./libadd.so$"};
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++)
        printf("%s: %s\n", paths[i], dlopen(paths[i], RTLD_NOW) ? "opened" : "refused");
    printf("and then: %s\n", dlopen("./libadd.so", RTLD_NOW) ? "opened" : "refused");
}
