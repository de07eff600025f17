#include "loader.h"

int main(void) {
    printf("inside: refused %d\n", number(opened("./libopens.so", RTLD_NOW), "refused"));
    printf("here: %s\n", dlopen("./libn.so", 0) ? "opened" : "refused");
}
