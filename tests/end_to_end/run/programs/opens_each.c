/* Opens in each of the ways there are. */
#include "../check.h"

int main(void) {
    check(dlopen("./libfirst.so", RTLD_NOW) != NULL);
    check(dlmopen(LM_ID_BASE, "./libfirst.so", RTLD_NOW) != NULL);
    for (int i = 0; i < 20; i++)
        check(dlmopen(LM_ID_NEWLM, "./libcounter.so", RTLD_NOW) != NULL);
    return 0;
}
