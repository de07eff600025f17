#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void list(void) {
    Dl_serinfo size, *info;
    void *self = dlopen("./libasks.so", RTLD_NOW | RTLD_NOLOAD);
    if (self == NULL || dlinfo(self, RTLD_DI_SERINFOSIZE, &size) != 0)
        return;
    info = malloc(size.dls_size);
    dlinfo(self, RTLD_DI_SERINFOSIZE, info);
    if (dlinfo(self, RTLD_DI_SERINFO, info) == 0)
        for (unsigned i = 0; i < info->dls_cnt; i++)
            if (strstr(info->dls_serpath[i].dls_name, "117_") != NULL)
                puts(strrchr(info->dls_serpath[i].dls_name, '/') + 1);
    free(info);
}
