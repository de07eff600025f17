/* opener.c - opens one library by glibc and stays quiet: LD_DEBUG=bindings does the telling. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
    if (argc == 2 && dlopen(argv[1], RTLD_NOW) != NULL)
        return 0;
    fprintf(stderr, "%s\n", dlerror());
    return 1;
}
