/* A program with a dlopen of its own, as sandboxes and profilers have. */
#include "../check.h"

static int plain, spaces;

__attribute__((visibility("default"))) void *dlopen(const char *file, int mode) {
    plain++;
    return ((void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen"))(file, mode);
}

__attribute__((visibility("default"))) void *dlmopen(Lmid_t id, const char *file, int mode) {
    spaces++;
    return ((void *(*)(Lmid_t, const char *, int))dlsym(RTLD_NEXT, "dlmopen"))(id, file, mode);
}

int main(void) {
    void *base = dlopen("./libcounter.so", RTLD_NOW);
    check(base != NULL && id_of(base) == LM_ID_BASE);
    for (int i = 0; i < 30; i++)
        check(call(open_new("./libcounter.so"), "next") == 1);
    check(dlmopen(LM_ID_BASE, "./libcounter.so", RTLD_NOW) == base);
    check(plain == 1 && spaces == 31);
    return 0;
}
