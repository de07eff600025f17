/* visitor_host.c - opens each file named, and lets every object opened open the others by name. */
#include <unistd.h>

#include "loader.h"

static const char *const names[] = {"liba.so", "libb.so", "libc1.so", "libd.so"};

static void open_from(void *handle, char letter) {
    char symbol[] = "open_from_?";
    symbol[sizeof symbol - 2] = letter;
    void (*function)(const char *) = dlsym(handle, symbol);
    for (int i = 1; i < 4 && function != NULL; i++)
        function(names[i]);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        void *handle = dlopen(argv[i], RTLD_NOW);
        printf("%s: %s\n", argv[i], handle ? "opened" : "refused");
        for (char letter = 'a'; letter <= 'd' && handle != NULL; letter++)
            open_from(handle, letter);
    }
    fflush(stdout);
    _exit(0);
}
