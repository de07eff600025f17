#include "loader.h"

int main(void) {
    host_dlopen("./libwho.so", RTLD_NOW | RTLD_GLOBAL);
    void *top = dlopen_in(new_space(), "./libtop.so", RTLD_NOW | RTLD_GLOBAL);
    printf("the space's top sees %s\n", text(top, "top"));
    printf("the host sees %s\n", ((const char *(*)(void))host_dlsym(RTLD_DEFAULT, "who"))());
    printf("what only the host has: %s\n",
           dlopen_in(new_space(), "./libneedy.so", RTLD_NOW) ? "opened" : "refused");
    printf("the host's dlsym finds the space's top %d\n", host_dlsym(RTLD_DEFAULT, "top") != NULL);
}
