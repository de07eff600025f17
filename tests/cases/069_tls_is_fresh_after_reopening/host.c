#include "loader.h"

int main(void) {
    for (int i = 0; i < 3; i++) {
        void *library = opened("./libcounter.so", RTLD_NOW);
        printf("counter %d, zero %d\n", number(library, "bump"), number(library, "bump_zero"));
        dlclose(library);
    }
}
