/* glibc.c - glibc's own dl functions, whoever stands before them.
 *
 * A preloaded library may define dlsym, dladdr and the rest: our own does (preload/), heaptrack and
 * the sanitizers do.  The core means glibc's, so it takes them from libc's own symbol table.  It
 * finds libc by an address inside it: that of a string which libc gives out, because a function's
 * may be a PLT entry of a program that is linked to a fixed address.  _dl_find_object needs no lock
 * and is the last name anybody would define again. */
#include "loader.h"

#include <gnu/libc-version.h>
#include <stdlib.h>

struct glibc glibc;

static void *find(const struct image *libc, const char *name) {
    struct query query = query_for(name, NULL, CLASS_ANY);
    query.newest = true;
    const ElfW(Sym) *symbol = symbol_in_image(libc, &query);
    return symbol ? (void *)(libc->map.l_addr + symbol->st_value) : NULL;
}

static void *take(const struct image *libc, const char *name) {
    void *address = find(libc, name);
    if (address == NULL)
        abort(); /* not a glibc of 2.35 or later, which this library is linked against */
    return address;
}

void glibc_start(void) {
    struct dl_find_object found;
    struct image libc = {0};
    if (glibc.dl_iterate_phdr != NULL)
        return;
    if (_dl_find_object((void *)gnu_get_libc_version(), &found) != 0)
        abort();
    libc.map = *found.dlfo_link_map;
    dynamic_read_host_symbols(&libc);
    glibc.dlopen = (void *(*)(const char *, int))take(&libc, "dlopen");
    glibc.dlsym = (void *(*)(void *, const char *))take(&libc, "dlsym");
    glibc.dlvsym = (void *(*)(void *, const char *, const char *))take(&libc, "dlvsym");
    glibc.dlclose = (int (*)(void *))take(&libc, "dlclose");
    glibc.dlerror = (char *(*)(void))take(&libc, "dlerror");
    glibc.dlinfo = (int (*)(void *, int, void *))take(&libc, "dlinfo");
    glibc.dladdr = (int (*)(const void *, Dl_info *))take(&libc, "dladdr");
    glibc.dladdr1 = (int (*)(const void *, Dl_info *, void **, int))take(&libc, "dladdr1");
    glibc.dl_iterate_phdr = (glibc_iterate *)take(&libc, "dl_iterate_phdr");
    glibc.link_map_tls_module = find(&libc, "_thread_db_link_map_l_tls_modid");
    glibc.link_map_tls_offset = find(&libc, "_thread_db_link_map_l_tls_offset");
}

/* Before every other constructor of the core, or earlier, when another's calls us (preload.c).  A
 * function of its own: gcc forgets the priority of one that was declared before. */
__attribute__((constructor(101))) static void start(void) { glibc_start(); }
