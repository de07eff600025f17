#include "loader.h"

/* "ab" and "bA" are one in the GNU hash, "ab" and "bR" in that of System V; so are the last two. */
static void ask(const char *file) {
    void *library = opened(file, RTLD_NOW);
    printf("%s: %d %d %d", file, number(library, "f_ab"), number(library, "f_bA"),
           number(library, "f_bR"));
    printf(", absent %d\n", dlsym(library, "f_c ") == NULL && dlsym(library, "f_cB") == NULL);
}

int main(void) {
    ask("./libgnu.so");
    ask("./libsysv.so");
}
