#include <stdio.h>

int add(int, int);
void free_pool(void) __asm__("_ZN9__gnu_cxx9__freeresEv");

void free_pool(void) { printf("add %d\n", add(2, 3)); }
