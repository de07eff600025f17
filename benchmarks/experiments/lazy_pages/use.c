/* use.c - loads a library that uses another, and has it used.
 *
 * usage: use FILE      FILE defines use(), needs touched.so and the library that is watched */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
    void *handle = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    void (*use)(void) = handle ? (void (*)(void))dlsym(handle, "use") : NULL;
    if (use == NULL) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: use FILE");
        return 2;
    }
    use();
    return 0;
}
