#include "program.h"

int main(void) {
    for (int i = 0; i < 3; i++)
        run_program("./counts");
}
