#include "program.h"

int main(void) {
    printf("status %d\n", run_program("./zone"));
    printf("status %d\n", run_program("./zone-fixed"));
}
