#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

void look(void) { printf("finds it %d\n", dlsym(RTLD_DEFAULT, "in_the_one_that_goes") != NULL); }
