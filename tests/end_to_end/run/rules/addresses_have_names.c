/* glibc: the same.  dladdr(3) and dladdr1(3) on addresses in namespaces and elsewhere. */
#include "../check.h"

static void knows(void *handle) {
    Dl_info info;
    struct link_map *map, *told;
    const ElfW(Sym) * symbol;
    void *function = dlsym(handle, "next");
    check(dladdr(function, &info) != 0);
    check(strcmp(info.dli_sname, "next") == 0 && info.dli_saddr == function);
    check(strstr(info.dli_fname, "libcounter.so") != NULL);
    check(dladdr1(function, &info, (void **)&map, RTLD_DL_LINKMAP) != 0);
    check(dlinfo(handle, RTLD_DI_LINKMAP, &told) == 0 && told == map);
    check((uintptr_t)info.dli_fbase == map->l_addr);
    check(dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT) != 0);
    check(symbol->st_value + map->l_addr == (uintptr_t)function);
}

int main(void) {
    Dl_info info;
    knows(open_new("./libcounter.so"));
    knows(open_new("./libcounter.so"));
    check(dladdr(stdout, &info) != 0);
    check(strstr(info.dli_fname, "libc.so.6") != NULL);
    check(dladdr(&info, &info) == 0);
    return 0;
}
