#include "program.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>

static int told[2], tell[2], file;

/* Opens a file while the program has closed its standard output. */
static void *open_file(void *unused) {
    char c;
    if (read(told[0], &c, 1) == 1)
        file = open("file", O_RDWR | O_CREAT | O_TRUNC, 0600);
    return write(tell[1], "x", 1) == 1 ? unused : NULL;
}

int main(void) {
    pthread_t thread;
    char line[100] = "", text[8] = "";
    if (pipe(told) < 0 || pipe(tell) < 0 || dup2(told[1], 11) < 0 || dup2(tell[0], 12) < 0)
        return 1;
    pthread_create(&thread, NULL, open_file, NULL);
    int status = run_program("./closes");
    pthread_join(thread, NULL);
    printf("host's file is above 2: %d\nstatus %d\n", file > 2, status);
    FILE *out = fopen("out", "r");
    printf("%s", out != NULL && fgets(line, sizeof line, out) != NULL ? line : "nothing\n");
    bool whole = write(file, "whole", 5) == 5 && pread(file, text, 5, 0) == 5;
    printf("host's file is whole: %d\n", whole && strcmp(text, "whole") == 0);
}
