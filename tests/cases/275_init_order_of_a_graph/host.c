#include "loader.h"

int main(void) {
    void *some = opened("./libf.so", RTLD_NOW);
    puts("f opened");
    void *all = opened("./liba.so", RTLD_NOW);
    puts("a opened");
    dlclose(some);
    puts("f closed");
    void *again = opened("./libc.so", RTLD_NOW);
    dlclose(all);
    puts("a closed");
    dlclose(again);
    puts("c closed");
    opened("./libd.so", RTLD_NOW);
    opened("./liba.so", RTLD_NOW);
    puts("exit");
}
