#include <stdint.h>

#include "loader.h"

int main(void) {
    const char *files[] = {"./libhuge.so", "./libwide.so"};
    for (int i = 0; i < 2; i++) {
        void *library = opened(files[i], RTLD_NOW);
        Dl_info info;
        dladdr(found(library, "aligned"), &info);
        printf("%s misplaced %d\n", files[i], number(library, "misplaced"));
        printf("base on 64 KB %d\n", (uintptr_t)info.dli_fbase % 65536 == 0);
        if (i == 0)
            printf("base on 2 MB %d\n", (uintptr_t)info.dli_fbase % 0x200000 == 0);
        dlclose(library);
    }
    printf("mapped %d\n", mappings_of("/libhuge.so") + mappings_of("/libwide.so"));
}
