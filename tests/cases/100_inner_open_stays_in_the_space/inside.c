#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static void *plugin;

/* By bare name: only this image's own DT_RUNPATH leads there. */
int open_plugin(void) {
    plugin = dlopen("libplugin.so", RTLD_NOW | RTLD_GLOBAL);
    return plugin != NULL;
}

int count_up(void) { return ((int (*)(void))dlsym(plugin, "plug"))(); }
int default_scope_has_it(void) { return dlsym(RTLD_DEFAULT, "plug") == dlsym(plugin, "plug"); }
int main_handle_has_it(void) {
    return dlsym(dlopen(NULL, RTLD_NOW), "plug") == dlsym(plugin, "plug");
}

static int note(struct dl_phdr_info *info, size_t size, void *found) {
    (void)size;
    if (info->dlpi_phnum == 0)
        return 0;
    *(int *)found += strstr(info->dlpi_name, "/libplugin.so") != NULL;
    *(int *)found += strstr(info->dlpi_name, "/libinside.so") != NULL;
    return 0;
}

int own_images_iterated(void) {
    int found = 0;
    dl_iterate_phdr(note, &found);
    return found;
}

int link_map_is_right(void) {
    struct link_map *map = NULL;
    Dl_info info;
    char origin[4096] = "";
    if (dlinfo(plugin, RTLD_DI_LINKMAP, &map) != 0 || dlinfo(plugin, RTLD_DI_ORIGIN, origin) != 0)
        return 0;
    dladdr(dlsym(plugin, "plug"), &info);
    return strstr(map->l_name, "/libplugin.so") != NULL && (void *)map->l_addr == info.dli_fbase &&
           map->l_ld != NULL && strstr(origin, "/plugins") != NULL;
}
