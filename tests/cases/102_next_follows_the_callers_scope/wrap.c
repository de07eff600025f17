#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

int work(int n) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "work");
    return next == NULL ? -1 : next(n) + 1;
}

int nothing_follows(void) {
    return dlsym(RTLD_NEXT, "nothing_follows") == NULL && dlerror() != NULL;
}
