#include <math.h>

/* Uses libm and was never linked with it. */
int use(void) {
    volatile double zero = 0;
    return (int)cos(zero);
}
