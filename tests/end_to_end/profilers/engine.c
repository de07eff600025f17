/* Loads the library into three namespaces, computes in the first and allocates in each. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    unsigned sum = 0;
    for (int i = 0; i < 3; i++) {
        void *library = dlmopen(LM_ID_NEWLM, "./libwork.so", RTLD_NOW);
        unsigned (*work)(int) = (unsigned (*)(int))dlsym(library, "work");
        void (*allocate)(int) = (void (*)(int))dlsym(library, "allocate");
        sum += work(i == 0 ? 20000 : 1);
        allocate(1000);
        dlclose(library);
    }
    printf("%u\n", sum);
    return 0;
}
