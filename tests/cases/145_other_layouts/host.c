#include "loader.h"

int main(void) {
    const char *files[] = {"./libjoined.so", "./libnorelro.so", "./libgold.so"};
    for (int i = 0; i < 3; i++) {
        void *library = opened(files[i], RTLD_NOW);
        printf("%s %d %d\n", files[i], number(library, "by_call"), number(library, "by_pointer"));
    }
}
