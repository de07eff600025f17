/* glibc: the same.  dlmopen(id, ...) opens beside what the namespace holds already. */
#include "../check.h"

static void keep_in(void *handle, long number) {
    void (*keep)(long) = (void (*)(long))dlsym(handle, "keep");
    check(keep != NULL);
    keep(number);
}

int main(void) {
    void *first[2], *second[2];
    for (int i = 0; i < 2; i++) {
        first[i] = open_new("./libfirst.so");
        keep_in(first[i], 10 + i);
        second[i] = dlmopen(id_of(first[i]), "./libsecond.so", RTLD_NOW);
        check(second[i] != NULL);
        check(id_of(second[i]) == id_of(first[i]));
    }
    for (int i = 0; i < 2; i++)
        check(call(second[i], "number_of_first") == 10 + i);
    check(dlmopen(id_of(first[0]), "./libfirst.so", RTLD_NOW) == first[0]);
    check(dlmopen(id_of(first[0]), "./libcounter.so", RTLD_NOW | RTLD_NOLOAD) == NULL);
    check(dlerror() == NULL);
    return 0;
}
