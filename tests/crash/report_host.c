/* report_host LIBRARY FUNCTION: reports the crash of FUNCTION, called in a space, to stdout. */
#include <stdio.h>

#include "isolde.h"

int main(int argc, char **argv) {
    isolde_space *space = isolde_space_new("guest", NULL);
    void *library = argc == 3 ? isolde_dlopen(space, argv[1], RTLD_NOW) : NULL;
    void (*function)(int) = library ? isolde_dlsym(library, argv[2]) : NULL;
    if (function == NULL || isolde_report_crashes(1) != 0)
        return fprintf(stderr, "refused: %s\n", isolde_dlerror()), 1;
    function(0);
    return 0;
}
