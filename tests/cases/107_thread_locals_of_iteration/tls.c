#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <string.h>

static __thread int counter = 3;

static int note(struct dl_phdr_info *info, size_t size, void *found) {
    (void)size;
    if (strstr(info->dlpi_name, "/libtls.so") == NULL)
        return 0;
    *(char **)found = info->dlpi_tls_data;
    return 1;
}

int block_holds_counter(void) {
    char *block = NULL, *variable = (char *)&counter;
    counter++;
    dl_iterate_phdr(note, &block);
    return block != NULL && variable >= block && variable < block + 64;
}

int dlinfo_agrees(void) {
    void *self = dlopen("libtls.so", RTLD_NOW | RTLD_NOLOAD), *data = NULL;
    size_t module = 0;
    char *block = NULL;
    dl_iterate_phdr(note, &block);
    return self != NULL && dlinfo(self, RTLD_DI_TLS_MODID, &module) == 0 && module != 0 &&
           dlinfo(self, RTLD_DI_TLS_DATA, &data) == 0 && data == block;
}
