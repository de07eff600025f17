#include "loader.h"

int main(void) {
    void *library = opened("./libcaller.so", RTLD_LAZY);
    void *(*slot)(void) = found(library, "slot");
    void *base = found(library, "base");
    Dl_info info;
    int known = dladdr(slot(), &info) != 0;
    printf("before: in libcaller.so %d\n",
           known && strcmp(last_part(info.dli_fname), "libcaller.so") == 0);
    printf("call %d\n", number(library, "call_base"));
    printf("after: at the function %d\n", slot() == base);
}
