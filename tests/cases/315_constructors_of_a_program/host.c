#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./begins", "word"));
    printf("status %d\n", run_program("./begins", "library"));
    printf("status %d\n", run_program("./begins", "program"));
    printf("status %d\n", run_program("./begins", "word"));
}
