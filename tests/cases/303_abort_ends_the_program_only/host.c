#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./aborts", "abort"));
    printf("status %d\n", run_program("./aborts", "assert"));
    printf("status %d\n", run_program("./aborts", "smash"));
    printf("status %d\n", run_program("./aborts", "raise"));
    printf("status %d\n", run_program("./aborts", "kill"));
    printf("status %d\n", run_program("./aborts", "pthread_kill"));
    printf("status %d\n", run_program("./aborts", "tgkill"));
    printf("status %d\n", run_program("./aborts", "sigqueue"));
}
