#include "loader.h"

extern char **environ;

int main(void) {
    void *library = opened("./libreader.so", RTLD_NOW);
    FILE **(*library_stdout)(void) = found(library, "library_stdout");
    char ***(*library_environ)(void) = found(library, "library_environ");
    printf("one stdout %d\n", library_stdout() == &stdout);
    printf("one environ %d\n", library_environ() == &environ);
}
