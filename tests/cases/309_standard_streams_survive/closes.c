#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char buffer[4096];

int main(int argc, char **argv) {
    (void)argc;
    if (strcmp(argv[1], "buffer") == 0)
        setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    printf("%s\n", argv[1]);
    if (strcmp(argv[1], "fclose") == 0)
        return fclose(stdout) + fclose(stderr) + fclose(stdin);
    if (strcmp(argv[1], "close") == 0) {
        fflush(stdout);
        return close(1);
    }
    if (strcmp(argv[1], "dup2") == 0) {
        fflush(stdout);
        dup2(open("/dev/null", O_WRONLY), 1);
        printf("not seen\n");
    }
    if (strcmp(argv[1], "read") == 0)
        while (getchar() != EOF)
            continue;
    return feof(stdin) != 0;
}
