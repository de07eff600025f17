#include "program.h"

int main(void) {
    char kind[] = "l";
    for (const char *k = "lpevwxyf"; *k != '\0'; k++) {
        kind[0] = *k;
        printf("%s: status %d\n", kind,
               run_program("./becomes", kind, "echo $V $0 $1; exit $((${#V} + 10))"));
    }
    printf("status %d\n", run_program("./becomes", "l", "kill -9 $$"));
}
