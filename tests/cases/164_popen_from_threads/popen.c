#include <stdio.h>
#include <stdlib.h>

int read_back(void) {
    int number = 0;
    FILE *pipe = popen("echo 164", "r");
    if (pipe == NULL || fscanf(pipe, "%d", &number) != 1)
        return -1;
    return pclose(pipe) == 0 && system("exit 3") >> 8 == 3 ? number : -2;
}
