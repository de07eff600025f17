#include "program.h"

int main(void) {
    char *const given[] = {"A=given", "B=given", NULL};
    char *const argv[] = {"./sets", NULL};
    setenv("A", "host", 1);
    run_program("./sets");
    run_program("./sets-uncopied");
    run_with(argv, given);
    printf("host: A=%s B=%s\n", getenv("A"), getenv("B") ? getenv("B") : "unset");
}
