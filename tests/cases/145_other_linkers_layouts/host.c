#include "loader.h"

int main(void) {
    const char *files[] = {"./liblld.so", "./libjoined.so", "./libnorelro.so", "./libgold.so"};
    for (int i = 0; i < 4; i++) {
        void *library = opened(files[i], RTLD_NOW);
        printf("%s %d %d\n", files[i], number(library, "by_call"), number(library, "by_pointer"));
    }
}
