#include "program.h"

int main(void) { printf("status %d\n", run_program("./links/linked")); }
