#include <stdlib.h>

int use(void) {
    char *volatile block = malloc(100);
    int got = block != NULL;
    free(block);
    return got;
}
