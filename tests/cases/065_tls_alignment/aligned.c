#include <stdint.h>

__thread char before = 1;
__thread _Alignas(ALIGNMENT) char aligned[3] = "ok";

int misplaced(void) {
    return (int)((uintptr_t)aligned % ALIGNMENT) + (aligned[0] != 'o') + (before != 1);
}
