/* Needs libearly.so. */
#include "../check.h"

long opened_early(void);

int main(void) {
    check(opened_early());
    check(call(open_new("./libcounter.so"), "next") == 1);
    return 0;
}
