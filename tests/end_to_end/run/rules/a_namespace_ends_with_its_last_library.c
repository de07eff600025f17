/* After the last dlclose(3) its id and its handles are invalid. */
#include "../check.h"

int main(void) {
    void *first = open_new("./libfirst.so");
    Lmid_t id = id_of(first);
    void *counter = dlmopen(id, "./libcounter.so", RTLD_NOW);
    check(dlmopen(id, "./libcounter.so", RTLD_NOW) == counter);
    check(dlclose(first) == 0);
    check(id_of(counter) == id);
    check(dlclose(counter) == 0);
    check(call(counter, "next") == 1);
    check(dlclose(counter) == 0);
    check(dlmopen(id, "./libcounter.so", RTLD_NOW) == NULL);
    check(strstr(dlerror(), "invalid target namespace") != NULL);
    check(dlsym(counter, "next") == NULL);
    check(strstr(dlerror(), "invalid handle") != NULL);
    check(dlclose(counter) != 0);
    check(strstr(dlerror(), "invalid handle") != NULL);
    check(dlinfo(counter, RTLD_DI_LMID, &id) != 0);
    check(strstr(dlerror(), "invalid handle") != NULL);
    check(dlmopen(4711, "./libcounter.so", RTLD_NOW) == NULL);
    check(strstr(dlerror(), "invalid target namespace") != NULL);
    return 0;
}
