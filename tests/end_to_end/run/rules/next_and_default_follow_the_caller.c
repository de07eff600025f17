/* glibc: the same.  RTLD_NEXT and RTLD_DEFAULT of host code, tail calls among them. */
#include "../check.h"

/* The program's own, before libc's. */
__attribute__((visibility("default"))) int toupper(int letter) { return letter + 1000; }

__attribute__((noinline)) static void *by_tail_call(void *where, const char *name) {
    return dlsym(where, name);
}

int main(void) {
    void *libc = dlopen("libc.so.6", RTLD_LAZY);
    void *its_toupper = dlsym(libc, "toupper");
    check(its_toupper != NULL && its_toupper != (void *)toupper);
    check(dlsym(RTLD_NEXT, "toupper") == its_toupper);
    check(by_tail_call(RTLD_NEXT, "toupper") == its_toupper);
    check(dlvsym(RTLD_NEXT, "toupper", "GLIBC_2.2.5") == its_toupper);
    check(dlsym(RTLD_DEFAULT, "toupper") == (void *)toupper);
    check(by_tail_call(RTLD_DEFAULT, "toupper") == (void *)toupper);

    void *opener = dlopen("./libopener.so", RTLD_NOW);
    check(opener != NULL);
    void *(*find_next)(const char *) = (void *(*)(const char *))dlsym(opener, "find_next");
    void *(*find_default)(const char *) = (void *(*)(const char *))dlsym(opener, "find_default");
    check(find_next("find_next") == NULL && dlerror() != NULL);
    check(find_next("strlen") != NULL);
    check(find_default("toupper") == (void *)toupper);
    return 0;
}
