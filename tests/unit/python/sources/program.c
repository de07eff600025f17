/* What it does is its first argument. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int starts;

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "count") == 0)
        return ++starts;
    if (strcmp(what, "abort") == 0)
        abort();
    if (strcmp(what, "getenv") == 0)
        puts(getenv(argv[2]) ? getenv(argv[2]) : "(unset)");
    if (strcmp(what, "wait") == 0) { /* tells descriptor 2, waits for descriptor 3 */
        char c = 'x';
        if (write(atoi(argv[2]), &c, 1) != 1 || read(atoi(argv[3]), &c, 1) != 1)
            return 99;
    }
    if (strcmp(what, "print") == 0)
        for (int i = 0; i < argc; i++)
            printf("[%s]", argv[i]);
    return argc;
}
