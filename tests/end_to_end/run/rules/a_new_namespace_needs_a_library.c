/* dlmopen(LM_ID_NEWLM, NULL) is an error, as in glibc; dlmopen(id, NULL) is its global scope. */
#include "../check.h"

int main(void) {
    check(dlmopen(LM_ID_NEWLM, NULL, RTLD_NOW) == NULL);
    check(dlerror() != NULL);
    check(dlmopen(LM_ID_BASE, NULL, RTLD_NOW) == dlopen(NULL, RTLD_NOW));
    void *first = dlmopen(LM_ID_NEWLM, "./libfirst.so", RTLD_NOW | RTLD_GLOBAL);
    void *all = dlmopen(id_of(first), NULL, RTLD_NOW);
    check(all != NULL && id_of(all) == id_of(first));
    check(dlsym(all, "keep") == dlsym(first, "keep"));
    check(dlclose(all) == 0);
    check(dlclose(first) == 0);
    return 0;
}
