/* glibc: the same.  dlinfo(3). */
#include "../check.h"

#include <unistd.h>

static void tells_where(void *handle) {
    char here[4096], folder[4096], path[8192];
    check(getcwd(here, sizeof here) != NULL);
    check(dlinfo(handle, RTLD_DI_ORIGIN, folder) == 0);
    check(realpath(folder, path) != NULL && strcmp(path, here) == 0);
    struct link_map *map;
    check(dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0);
    check(strstr(map->l_name, "/liblocals.so") != NULL);
    check((uintptr_t)dlsym(handle, "of_thread") != 0);
    uintptr_t function = (uintptr_t)dlsym(handle, "fail");
    check(function > map->l_addr);
}

static void tells_folders(void *handle) {
    Dl_serinfo size;
    check(dlinfo(handle, RTLD_DI_SERINFOSIZE, &size) == 0);
    check(size.dls_cnt > 0);
    Dl_serinfo *info = calloc(1, size.dls_size);
    check(dlinfo(handle, RTLD_DI_SERINFOSIZE, info) == 0);
    check(dlinfo(handle, RTLD_DI_SERINFO, info) == 0);
    for (unsigned i = 0; i < info->dls_cnt; i++)
        check(info->dls_serpath[i].dls_name[0] == '/');
    free(info);
}

static void tells_its_thread_locals(void *handle) {
    size_t module = 0;
    void *block = NULL;
    check(dlinfo(handle, RTLD_DI_TLS_MODID, &module) == 0);
    check(module != 0);
    long *(*its_address)(void) = (long *(*)(void))dlsym(handle, "its_address");
    char *variable = (char *)its_address();
    check(dlinfo(handle, RTLD_DI_TLS_DATA, &block) == 0);
    check(block != NULL && variable >= (char *)block && variable < (char *)block + 8192);
    check(dlsym(handle, "of_thread") == variable);
}

int main(void) {
    void *handle = open_new("./liblocals.so");
    check(id_of(handle) != LM_ID_BASE);
    tells_where(handle);
    tells_folders(handle);
    tells_its_thread_locals(handle);
    char nothing[64];
    check(dlinfo(handle, 12345, nothing) == -1);
    check(dlerror() != NULL);
    return 0;
}
