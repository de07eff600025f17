/* glibc: the same.  dlerror(3) tells the latest failure, once; a success forgets an older one. */
#include "../check.h"

static void fail_in_base(void) { check(dlopen("./no-such-base.so", RTLD_NOW) == NULL); }
static void fail_in_new(void) { check(dlmopen(LM_ID_NEWLM, "./no-such-new.so", RTLD_NOW) == NULL); }

static void tells(const char *part) {
    const char *message = dlerror();
    check(message != NULL);
    check(strstr(message, part) != NULL);
    check(dlerror() == NULL);
}

int main(void) {
    void *handle = open_new("./libcounter.so");
    fail_in_base();
    fail_in_new();
    tells("no-such-new");
    fail_in_new();
    fail_in_base();
    tells("no-such-base");
    fail_in_base();
    check(dlsym(handle, "next") != NULL);
    check(dlerror() == NULL);
    fail_in_new();
    check(dlopen("./libfirst.so", RTLD_NOW) != NULL);
    check(dlerror() == NULL);
    fail_in_base();
    check(dlsym(handle, "nothing") == NULL);
    tells("nothing");
    check(dlsym(handle, "nothing") == NULL);
    check(dlsym(RTLD_DEFAULT, "nothing at all") == NULL);
    tells("nothing at all");
    return 0;
}
