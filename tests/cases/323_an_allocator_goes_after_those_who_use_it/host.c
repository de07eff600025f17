#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./throws"));
    printf("status %d\n", run_program("./throws"));
}
