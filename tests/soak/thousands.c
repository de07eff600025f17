/* thousands.c - as many spaces of one library as asked, each with its own state.
 *
 * usage: thousands FILE SPACES */
#include "isolde.h"

#include <stdio.h>
#include <stdlib.h>

static int remember(void *handle, int number) {
    int (*function)(int) = (int (*)(int))isolde_dlsym(handle, "remember");
    return function ? function(number) : -1;
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    int count = atoi(argv[2]), opened = 0, right = 0, closed = 0;
    isolde_space **spaces = calloc((size_t)count, sizeof *spaces);
    void **handles = calloc((size_t)count, sizeof *handles);
    for (; opened < count; opened++) {
        spaces[opened] = isolde_space_new(NULL, NULL);
        handles[opened] = isolde_dlopen(spaces[opened], argv[1], RTLD_NOW);
        if (handles[opened] == NULL) {
            printf("%s\n", isolde_dlerror());
            break;
        }
        remember(handles[opened], opened);
    }
    for (int i = 0; i < opened; i++)
        right += remember(handles[i], 0) == i;
    for (int i = 0; i < opened; i++)
        closed += isolde_space_close(spaces[i]) == 0;
    printf("opened %d, right %d, closed %d, left %zu\n", opened, right, closed,
           isolde_spaces(NULL, 0));
    free(spaces);
    free(handles);
}
