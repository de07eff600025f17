#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./opens", "leave"));
    printf("status %d\n", run_program("./opens", "close"));
    printf("status %d\n", run_program("./opens", "leave"));
}
