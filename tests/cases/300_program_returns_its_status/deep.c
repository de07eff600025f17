#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int descend(int depth, int status) {
    if (depth == 0 && status != 256)
        exit(status);
    return depth == 0 ? 0 : descend(depth - 1, status) + 1;
}

int main(int argc, char **argv, char **envp) {
    printf("%d arguments:", argc - 1);
    for (int i = 1; i < argc; i++)
        printf(" [%s]", argv[i]);
    printf(", COLOUR %s", getenv("COLOUR"));
    for (; *envp != NULL; envp++)
        if (strncmp(*envp, "COLOUR=", 7) == 0)
            printf(", in envp %s", *envp + 7);
    printf("\n");
    if (strcmp(argv[1], "exit") == 0)
        descend(100, atoi(argv[2]));
    return atoi(argv[2]);
}
