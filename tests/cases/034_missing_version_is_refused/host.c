#include "loader.h"

int main(void) {
    void *library = dlopen("./libuser.so", RTLD_NOW);
    printf("%s\n", library ? "opened" : "refused");
    const char *error = dlerror();
    const char *names[] = {"V2", "libvers.so", "libuser.so"};
    for (int i = 0; i < 3; i++)
        printf("names %s %d\n", names[i], error != NULL && strstr(error, names[i]) != NULL);
    printf("left mapped %d\n", mappings_of("libvers.so") + mappings_of("libuser.so"));
}
