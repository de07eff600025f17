#include "loader.h"

int main(void) {
    void *plain = dlopen_in(new_space(), "./libuser.so", RTLD_NOW);
    void *wrapped = dlopen_in(new_space(), "./libwrapped.so", RTLD_NOW);
    int *mallocs = found(wrapped, "mallocs");
    free(malloc(1));
    printf("plain %d, counted %d\n", number(plain, "use"), *mallocs);
    printf("wrapped %d", number(wrapped, "use"));
    printf(", counted %d\n", *mallocs);
}
