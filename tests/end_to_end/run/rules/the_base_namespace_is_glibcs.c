/* glibc: the same.  Plain dlopen(3), LM_ID_BASE and handles of glibc's. */
#include "../check.h"

int main(void) {
    void *counter = dlopen("./libcounter.so", RTLD_NOW);
    check(counter != NULL && id_of(counter) == LM_ID_BASE);
    check(dlmopen(LM_ID_BASE, "./libcounter.so", RTLD_LAZY) == counter);
    check(dlopen("./libcounter.so", RTLD_LAZY | RTLD_NOLOAD) == counter);
    check(call(counter, "next") == 1);
    check(call(open_new("./libcounter.so"), "next") == 1);
    check(dlclose(counter) == 0 && dlclose(counter) == 0 && dlclose(counter) == 0);
    check(dlopen("./libcounter.so", RTLD_LAZY | RTLD_NOLOAD) == NULL);

    /* libinner.so is in a folder that only libopener.so's run path names. */
    void *opener = dlopen("./libopener.so", RTLD_NOW);
    check(opener != NULL);
    void *(*open_plain)(const char *) = (void *(*)(const char *))dlsym(opener, "open_plain");
    void *(*open_in_base)(const char *) = (void *(*)(const char *))dlsym(opener, "open_in_base");
    void *inner = open_plain("libinner.so");
    check(inner != NULL && call(inner, "next") == 1);
    check(open_in_base("libinner.so") == inner);
    check(dlvsym(RTLD_DEFAULT, "strlen", "GLIBC_2.2.5") != NULL);
    check(dlsym(dlopen(NULL, RTLD_LAZY), "main") == (void *)main);
    return 0;
}
