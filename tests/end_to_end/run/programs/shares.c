/* Whether a namespace has the program's own libfirst.so. */
#include "../check.h"

void keep(long number);

int main(void) {
    keep(7);
    printf("%ld\n", call(open_new("./libsecond.so"), "number_of_first"));
    return 0;
}
