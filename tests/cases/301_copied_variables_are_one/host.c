#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./prog21", "pie"));
    printf("status %d\n", run_program("./prog21-fixed", "fixed"));
}
