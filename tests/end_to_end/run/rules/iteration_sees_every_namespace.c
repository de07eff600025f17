/* dl_iterate_phdr(3): all of them, with counters that move. */
#include "../check.h"

#include <stddef.h>

struct seen {
    int counters, all;
    unsigned long long added, removed;
};

static int visit(struct dl_phdr_info *info, size_t size, void *data) {
    struct seen *seen = data;
    check(size >= offsetof(struct dl_phdr_info, dlpi_tls_modid));
    seen->all++;
    seen->counters += strstr(info->dlpi_name, "libcounter.so") != NULL && info->dlpi_phnum > 0;
    seen->added = info->dlpi_adds;
    seen->removed = info->dlpi_subs;
    return 0;
}

static struct seen look(void) {
    struct seen seen = {0};
    check(dl_iterate_phdr(visit, &seen) == 0);
    return seen;
}

static int stop(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    (void)data;
    return strstr(info->dlpi_name, "libcounter.so") != NULL ? 42 : 0;
}

int main(void) {
    void *handles[20];
    struct seen before = look();
    for (int i = 0; i < 20; i++)
        handles[i] = open_new("./libcounter.so");
    struct seen amid = look();
    check(amid.counters == 20 && before.counters == 0);
    check(amid.added - before.added >= 20 && amid.removed == before.removed);
    check(dl_iterate_phdr(stop, NULL) == 42);
    for (int i = 0; i < 20; i++)
        check(dlclose(handles[i]) == 0);
    struct seen after = look();
    check(after.counters == 0 && after.removed - amid.removed >= 20);
    check(after.added == amid.added);
    return 0;
}
