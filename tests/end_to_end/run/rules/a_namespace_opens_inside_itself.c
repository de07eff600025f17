/* glibc: the same.  dlopen(3) and dlmopen(3) that code in a namespace calls. */
#include "../check.h"

typedef void *(*opens)(const char *);

int main(void) {
    void *outer = open_new("./libopener.so");
    void *inner = ((opens)dlsym(outer, "open_plain"))("libinner.so");
    check(inner != NULL && id_of(inner) == id_of(outer));
    check(call(inner, "next") == 1);
    void *apart = ((opens)dlsym(outer, "open_in_new"))("libinner.so");
    check(apart != NULL && id_of(apart) != id_of(outer) && id_of(apart) != LM_ID_BASE);
    check(call(apart, "next") == 1);
    check(dlclose(apart) == 0);
    void *other = open_new("./libcounter.so");
    check(((opens)dlsym(outer, "find_default"))("next") == NULL);
    check(call(other, "next") == 1);
    return 0;
}
