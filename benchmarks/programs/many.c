/* many.c - the 10,000th space of a small library against the 10th, and closing them.
 *
 * usage: many LIBRARY SPACES SAMPLES
 *
 * A sample is a child that opens SPACES spaces; "ours" is the mean over the last 50, "peer" the
 * mean over the 50 from the 11th on. */
#include "bench.h"

enum { WINDOW = 50, WARM = 10 };

struct wish {
    const char *library;
    int spaces;
};

static double open_some(const char *library, isolde_space **spaces, int count) {
    double start = now_ns();
    for (int i = 0; i < count; i++) {
        spaces[i] = isolde_space_new(NULL, NULL);
        require(isolde_dlopen(spaces[i], library, RTLD_NOW), library, isolde_dlerror());
    }
    return (now_ns() - start) / 1e3 / count;
}

static double close_some(isolde_space **spaces, int count) {
    double start = now_ns();
    for (int i = count; i-- > 0;)
        isolde_space_close(spaces[i]);
    return (now_ns() - start) / 1e3 / count;
}

static void measure(void *data) {
    const struct wish *wish = data;
    isolde_space **spaces = calloc((size_t)wish->spaces, sizeof *spaces);
    int middle = wish->spaces - WARM - 2 * WINDOW;
    open_some(wish->library, spaces, WARM);
    double early = open_some(wish->library, spaces + WARM, WINDOW);
    open_some(wish->library, spaces + WARM + WINDOW, middle);
    double late = open_some(wish->library, spaces + WARM + WINDOW + middle, WINDOW);
    print_pair("open the last space", late, early, "us");
    late = close_some(spaces + WARM + WINDOW + middle, WINDOW);
    close_some(spaces + WARM + WINDOW, middle);
    early = close_some(spaces + WARM, WINDOW);
    print_pair("close the last space", late, early, "us");
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    struct wish wish = {argv[1], atoi(argv[2])};
    for (int i = 0; i < atoi(argv[3]); i++)
        in_child(measure, &wish);
}
