#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./threads", "pthread_exit"));
    printf("status %d\n", run_program("./threads", "exit"));
}
