/* memory.c - private dirty memory, and mappings, of one more space, against dlmopen.
 *
 * usage: memory LIBRARY SAMPLES
 *
 * A sample is the growth over SPACES spaces in a child of its own, after WARM that are not counted,
 * divided by their number. */
#include "bench.h"
#include "proc.h"

/* The third open is the last that anything is recorded by. */
enum { WARM = 3, SPACES = 6 };

static void open_ours(const char *library) {
    require(isolde_dlopen(isolde_space_new(NULL, NULL), library, RTLD_NOW), library,
            isolde_dlerror());
}

static void open_peer(const char *library) {
    require(dlmopen(LM_ID_NEWLM, library, RTLD_NOW), library, dlerror());
}

struct wish {
    const char *library;
    void (*open)(const char *library);
    double (*count)(void);
};

static double growth(void *data) {
    const struct wish *wish = data;
    for (int i = 0; i < WARM; i++)
        wish->open(wish->library);
    wish->count();
    double before = wish->count();
    for (int i = 0; i < SPACES; i++)
        wish->open(wish->library);
    return (wish->count() - before) / SPACES;
}

static void print_growth(const char *row, const char *library, double (*count)(void),
                         const char *unit) {
    double ours = from_child(growth, &(struct wish){library, open_ours, count});
    double peer = from_child(growth, &(struct wish){library, open_peer, count});
    print_pair(row, ours, peer, unit);
}

int main(int argc, char **argv) {
    if (argc != 3)
        return 2;
    for (int i = 0; i < atoi(argv[2]); i++) {
        print_growth("private dirty memory a space", argv[1], private_dirty_kib, "KiB");
        print_growth("mappings a space", argv[1], mapping_count, "");
    }
}
