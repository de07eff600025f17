/* dlmopen(3) of a library of the process: an id of its own, and the one libc. */
#include "../check.h"

int main(void) {
    void *one = open_new("libc.so.6"), *other = open_new("libc.so.6");
    check(id_of(one) != id_of(other) && id_of(one) != LM_ID_BASE);
    check(dlsym(one, "strtok") == dlsym(RTLD_DEFAULT, "strtok"));
    void *counter = dlmopen(id_of(one), "./libcounter.so", RTLD_NOW);
    check(counter != NULL && id_of(counter) == id_of(one));
    Lmid_t id = id_of(one);
    check(dlclose(one) == 0);
    check(call(counter, "next") == 1);
    check(dlclose(counter) == 0);
    check(dlmopen(id, "libc.so.6", RTLD_NOW) == NULL && dlerror() != NULL);
    check(dlclose(other) == 0);
    check(dlclose(other) != 0 && dlerror() != NULL);
    return 0;
}
