#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

/* Says where it is, and stays until told to go. */
int main(int argc, char **argv) {
    char c = 0;
    (void)argv;
    printf("below 4 GiB %d\n", (uintptr_t)main < UINT32_MAX);
    fflush(stdout);
    if (argc > 1)
        return 0;
    if (write(11, "x", 1) != 1 || read(12, &c, 1) != 1)
        return 1;
    return 9;
}
