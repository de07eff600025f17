#include "loader.h"

int main(void) {
    void *library = dlopen("./libexecstack.so", RTLD_NOW);
    if (library == NULL)
        printf("refused %d\n", strstr(dlerror(), "cannot enable executable stack") != NULL);
    else
        printf("2 + 3 = %d\n", ((int (*)(int, int))found(library, "add"))(2, 3));
}
