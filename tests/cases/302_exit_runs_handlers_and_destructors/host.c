#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./ends", "return"));
    printf("status %d\n", run_program("./ends-fixed", "return"));
    printf("status %d\n", run_program("./ends", "twice"));
    printf("status %d\n", run_program("./ends", "_exit"));
    printf("status %d\n", run_program("./ends", "quick_exit"));
}
