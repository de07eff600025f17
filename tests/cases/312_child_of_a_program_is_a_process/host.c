#include "program.h"

static void handler(void) { printf("handler of the host\n"); }

int main(void) {
    atexit(handler);
    printf("host begins\n");
    const char *const ways[] = {"exit", "_exit", "abort", "return"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        printf("status %d\n", run_program("./forks", (char *)ways[i]));
}
