/* Says whether dlmopen goes on beyond glibc's limit. */
#include "../check.h"

int main(void) {
    int opened = 0;
    while (opened < 40 && dlmopen(LM_ID_NEWLM, "./libcounter.so", RTLD_NOW) != NULL)
        opened++;
    printf("%d\n", opened);
    return 0;
}
