#include <stdlib.h>
#include <string.h>

/* strdup allocates inside libc, by whatever malloc the process has. */
int use(void) {
    char *copy = strdup("copied by libc");
    int right = copy != NULL && copy[0] == 'c';
    free(copy);
    free(realloc(malloc(10), 1000));
    return right;
}
