#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./shapes", "return"));
    printf("status %d\n", run_program("./shapes", "exit"));
    printf("status %d\n", run_program("./shapes", "uncaught"));
    printf("status %d\n", run_program("./shapes-fixed", "noexcept"));
    printf("status %d\n", run_program("./shapes-fixed", "exit"));
}
