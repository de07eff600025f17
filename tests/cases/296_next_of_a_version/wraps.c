#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

int answer(void) { return -2; }

static int call(int (*function)(void)) { return function == NULL ? -1 : function(); }

int first(void) { return call((int (*)(void))dlvsym(RTLD_NEXT, "answer", "V1")); }
int second(void) { return call((int (*)(void))dlvsym(RTLD_NEXT, "answer", "V2")); }
int third(void) { return call((int (*)(void))dlvsym(RTLD_NEXT, "answer", "V3")); }
int newest(void) { return call((int (*)(void))dlsym(RTLD_NEXT, "answer")); }
