#include "loader.h"

int main(void) {
    opened("./libabsent.so", RTLD_NOW);
    const char *error = dlerror();
    printf("error: %s\n", error != NULL ? error : "(none)");
}
