/* Says hello in two spaces, then crashes in the second; with "close" closes the first before,
 * with "wait" waits instead. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "isolde.h"

void stop_here(void) { __asm__ volatile(""); }

static void (*hello_in(isolde_space *space))(int *) {
    void *library = isolde_dlopen(space, "./libhello.so", RTLD_NOW);
    return library ? isolde_dlsym(library, "say_hello") : NULL;
}

int main(int argc, char **argv) {
    int where;
    isolde_space *first = isolde_space_new("first", NULL);
    isolde_space *second = isolde_space_new("second", NULL);
    void (*hello_first)(int *) = hello_in(first);
    void (*hello_second)(int *) = hello_in(second);
    hello_first(&where);
    for (int i = 0; i < 3; i++)
        hello_second(&where);
    if (argc > 1 && strcmp(argv[1], "close") == 0)
        isolde_space_close(first);
    if (argc > 1 && strcmp(argv[1], "wait") == 0) {
        puts("waiting");
        fflush(stdout);
        for (;;)
            pause();
    }
    stop_here();
    hello_second(NULL);
}
