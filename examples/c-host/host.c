/* A C host: one library in two spaces, each with its own state.
 *
 * Build and run it with `make run`.
 */
#include <isolde.h>

#include <stdio.h>
#include <stdlib.h>

typedef int (*count_function)(void);

static void fail(const char *what) {
    fprintf(stderr, "%s: %s\n", what, isolde_dlerror());
    exit(EXIT_FAILURE);
}

static isolde_space *new_space(const char *name) {
    isolde_space *space = isolde_space_new(name, NULL);
    if (space == NULL)
        fail(name);
    return space;
}

static count_function open_counter(isolde_space *space, const char *file) {
    void *library = isolde_dlopen(space, file, RTLD_NOW);
    if (library == NULL)
        fail(file);
    count_function count = (count_function)isolde_dlsym(library, "count");
    if (count == NULL)
        fail("count");
    return count;
}

int main(int argc, char **argv) {
    const char *file = argc > 1 ? argv[1] : "./libcounter.so";
    isolde_space *a = new_space("a"), *b = new_space("b");
    count_function count_in_a = open_counter(a, file), count_in_b = open_counter(b, file);

    for (int i = 0; i < 3; i++)
        count_in_a();
    printf("isolde %s\n", isolde_version());
    printf("space %s has counted %d\n", isolde_space_name(a), count_in_a());
    printf("space %s has counted %d\n", isolde_space_name(b), count_in_b());
    if (isolde_space_close(a) != 0 || isolde_space_close(b) != 0)
        fail("close");
    return EXIT_SUCCESS;
}
