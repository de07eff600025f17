#include <stdio.h>

void say_hello() {
int *ptr = 0;
*ptr = 1;
printf("Hello from shared library!\n");
}
