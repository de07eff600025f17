/* Has libfirst.so, and opens a library that uses it without saying so. */
#include "../check.h"

void keep(long number);

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./libunderlinked.so", RTLD_NOW);
    if (handle == NULL) {
        puts(dlerror());
        return 1;
    }
    keep(5);
    printf("%ld\n", call(handle, "number_of_first"));
    return 0;
}
