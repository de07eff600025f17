#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdlib.h>

/* realpath of GLIBC_2.2.5 refuses a NULL buffer; that of GLIBC_2.3 allocates one. */
char *old_realpath(const char *, char *);
char *new_realpath(const char *, char *);
__asm__(".symver old_realpath, realpath@GLIBC_2.2.5");
__asm__(".symver new_realpath, realpath@GLIBC_2.3");

int old_refuses(void) { return old_realpath("/", NULL) == NULL; }
int new_allocates(void) {
    char *path = new_realpath("/", NULL);
    int allocated = path != NULL;
    free(path);
    return allocated;
}
int by_name(void) {
    void *old = dlvsym(RTLD_DEFAULT, "realpath", "GLIBC_2.2.5");
    void *new = dlvsym(RTLD_DEFAULT, "realpath", "GLIBC_2.3");
    return old != NULL && new != NULL &&old != new &&dlsym(RTLD_DEFAULT, "realpath") == new;
}
