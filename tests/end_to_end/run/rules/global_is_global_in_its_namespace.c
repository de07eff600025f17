/* RTLD_GLOBAL serves later libraries of the same namespace, and no others. */
#include "../check.h"

int main(void) {
    void *first = dlmopen(LM_ID_NEWLM, "./libfirst.so", RTLD_NOW | RTLD_GLOBAL);
    check(first != NULL);
    check(dlmopen(id_of(first), "./libunderlinked.so", RTLD_NOW) != NULL);
    check(dlmopen(LM_ID_NEWLM, "./libunderlinked.so", RTLD_NOW) == NULL);
    check(strstr(dlerror(), "undefined symbol: kept_number") != NULL);
    check(dlopen("./libunderlinked.so", RTLD_NOW) == NULL);
    check(strstr(dlerror(), "undefined symbol: kept_number") != NULL);
    check(dlsym(RTLD_DEFAULT, "kept_number") == NULL);
    check(dlerror() != NULL);
    return 0;
}
