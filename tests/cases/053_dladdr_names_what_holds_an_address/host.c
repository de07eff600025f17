#include "loader.h"

int main(void) {
    void *library = opened("./libadd.so", RTLD_NOW);
    char *add = found(library, "add");
    Dl_info info;
    printf("known %d\n", dladdr(add + 1, &info) != 0);
    printf("file %s\n", last_part(info.dli_fname));
    printf("symbol %s, at its start %d\n", info.dli_sname, info.dli_saddr == add);
    printf("base is the ELF header %d\n", memcmp(info.dli_fbase, "\177ELF", 4) == 0);
    dladdr(found(library, "calls"), &info);
    printf("data %s\n", info.dli_sname);
    dladdr(stdout, &info);
    printf("host %s\n", last_part(info.dli_fname));
    printf("nobody's %d\n", dladdr(&info, &info));
    dlclose(library);
    printf("closed %d\n", dladdr(add + 1, &info));
}
