/* Tells when its constructors and destructors run. */
#include <stdio.h>

__attribute__((constructor)) static void begin(void) { puts("begin"); }
__attribute__((destructor)) static void end(void) {
    puts("end");
    fflush(stdout);
}
