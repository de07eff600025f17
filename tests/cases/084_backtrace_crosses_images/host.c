#include "loader.h"

int main(void) {
    void *frames[32];
    void *library = opened("./libframes.so", RTLD_NOW);
    char *outer = found(library, "outer");
    int count = ((int (*)(void **, int))outer)(frames, 32), own = 0, hosts = 0;
    for (int i = 0; i < count; i++) {
        Dl_info info;
        if (!dladdr(frames[i], &info))
            continue;
        own += strcmp(last_part(info.dli_fname), "libframes.so") == 0;
        hosts += (char *)frames[i] >= (char *)main && (char *)frames[i] < (char *)main + 1000;
    }
    printf("frames of the image %d, of main %d\n", own, hosts);
}
