#include "loader.h"

int main(void) {
    void *hosts = host_dlopen("./libone.so", RTLD_NOW | RTLD_GLOBAL);
    int (*enter)(void) = host_dlsym(hosts, "enter");
    enter();
    void *first = dlopen_in(new_space(), "./libone.so", RTLD_NOW);
    void *second = dlopen_in(new_space(), "./libone.so", RTLD_NOW);
    printf("first %d\n", number(first, "enter"));
    printf("second %d\n", number(second, "enter"));
    printf("first again %d\n", number(first, "enter"));
    printf("host %d\n", enter());
}
