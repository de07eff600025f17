#include "loader.h"

int main(void) {
    void *top = dlopen("./libtop.so", RTLD_NOW);
    if (top == NULL)
        printf("refused\n");
    else
        printf("top %d\n", number(top, "top"));
}
