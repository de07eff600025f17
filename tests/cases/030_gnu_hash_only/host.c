#include "loader.h"

int main(void) {
    void *library = opened("./libuser.so", RTLD_NOW);
    int wrong = 0;
    for (int high = 0; high < 8; high++)
        for (int low = 0; low < 8; low++) {
            char name[8];
            snprintf(name, sizeof name, "f%d%d", high, low);
            wrong += number(library, name) != high * 16 + low;
        }
    printf("wrong %d\n", wrong);
    printf("use %#x\n", number(library, "use"));
    printf("absent %d\n", dlsym(library, "f78") == NULL);
}
