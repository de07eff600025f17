#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <string.h>

int asked(void) {
    Dl_info info;
    const ElfW(Sym) *symbol = NULL;
    struct link_map *map = NULL;
    if (!dladdr1((void *)asked, &info, (void **)&symbol, RTLD_DL_SYMENT) || symbol == NULL)
        return -1;
    if (!dladdr1((void *)asked, &info, (void **)&map, RTLD_DL_LINKMAP) || map == NULL)
        return -2;
    return strcmp(info.dli_sname, "asked") == 0 &&
           map->l_addr + symbol->st_value == (ElfW(Addr))asked;
}
