/* Each of a hundred namespaces throws and catches with a libstdc++ of its own. */
#include "../check.h"

int main(void) {
    for (long i = 0; i < 100; i++) {
        void *handle = open_new("./libthrower.so");
        long (*catches)(long) = (long (*)(long))dlsym(handle, "catches_its_own");
        check(catches(i) == i);
        check(call(handle, "catches_an_index") == 5);
        Dl_info info;
        check(dladdr(dlsym(handle, "__cxa_throw"), &info) != 0);
        check(strstr(info.dli_fname, "libstdc++.so.6") != NULL);
    }
    check(dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD) == NULL);
    return 0;
}
