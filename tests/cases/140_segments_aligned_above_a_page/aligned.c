#include <stdint.h>

_Alignas(65536) char aligned[100] = "aligned";
_Alignas(65536) static char empty[100];

int misplaced(void) {
    return (int)((uintptr_t)aligned % 65536 + (uintptr_t)empty % 65536) + (aligned[0] != 'a') +
           empty[99];
}
