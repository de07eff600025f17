#include "loader.h"

int main(void) {
    void *library = opened("./libvis.so", RTLD_NOW);
    const char *names[] = {"hidden", "internal", "protected", "local", "sum"};
    for (int i = 0; i < 5; i++) {
        void *address = dlsym(library, names[i]);
        const char *error = dlerror();
        printf("%s: %s, named %d\n", names[i], address ? "found" : "absent",
               error != NULL && strstr(error, names[i]) != NULL);
    }
    printf("sum %d\n", number(library, "sum"));
}
