/* visitor.c - one of the objects of a random layout: says where it was found, opens others. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

#define JOIN(a, b) a##b
#define NAMED(prefix, name) JOIN(prefix, name)

__attribute__((constructor)) static void announce(void) {
    Dl_info info;
    dladdr((void *)announce, &info);
    printf("found %s\n", info.dli_fname);
}

/* From inside this object: its own DT_RPATH or DT_RUNPATH decides where FILE is. */
void NAMED(open_from_, NAME)(const char *file) {
    printf("from %c, %s: %s\n", LETTER, file, dlopen(file, RTLD_NOW) ? "opened" : "refused");
}
