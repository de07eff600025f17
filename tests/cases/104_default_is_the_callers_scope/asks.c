#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>

int base(void);

int own(void) { return dlsym(RTLD_DEFAULT, "own") == (void *)own; }
int needed(void) { return dlsym(RTLD_DEFAULT, "base") == (void *)base; }
int libc(void) { return dlsym(RTLD_DEFAULT, "malloc") == (void *)malloc; }
int stranger(void) { return dlsym(RTLD_DEFAULT, "add") != NULL; }
