#include "loader.h"

int main(void) {
    printf("before: %s\n", dlopen("./libn.so", RTLD_NOW | RTLD_NOLOAD) ? "found" : "absent");
    printf("mapped %d\n", mappings_of("/libn.so") > 0);
    void *library = opened("./libn.so", RTLD_NOW);
    void *again = dlopen("./libn.so", RTLD_NOW | RTLD_NOLOAD);
    printf("after: same %d\n", again == library);
    dlclose(library);
    printf("held by the second %d\n", number(again, "n"));
    dlclose(again);
    printf("mapped %d\n", mappings_of("/libn.so") > 0);
}
