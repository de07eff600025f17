#include "program.h"

int main(void) {
    char *const red[] = {"COLOUR=red", NULL}, *const odd[] = {"./deep", "exit", "257", NULL};
    setenv("COLOUR", "green", 1);
    printf("status %d\n", run_program("./deep", "return", "0"));
    printf("status %d\n", run_program("./deep", "return", "", "a b"));
    printf("status %d\n", run_program("./deep", "exit", "7"));
    printf("status %d\n", run_program("./deep-fixed", "return", "255"));
    printf("status %d\n", run_program("./deep-fixed", "exit", "-1"));
    printf("status %d\n", run_with(odd, red));
}
