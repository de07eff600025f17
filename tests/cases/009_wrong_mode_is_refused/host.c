#include "loader.h"

int main(void) {
    printf("mode 0: %s\n", dlopen("./libn.so", 0) ? "opened" : "refused");
    printf("says so %d\n", dlerror() != NULL);
}
