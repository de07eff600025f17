#include "isolde.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SPACES = 6, LONG_ENOUGH_MS = 2000 };

/* The permissions of the mappings between START and END, in the order of addresses. */
static void describe(unsigned long start, unsigned long end, char *text, size_t size) {
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4400], permissions[5];
    unsigned long low, high;
    *text = '\0';
    while (fgets(line, sizeof line, maps) != NULL)
        if (sscanf(line, "%lx-%lx %4s", &low, &high, permissions) == 3 && low >= start &&
            low < end && strlen(text) + 6 < size)
            strcat(strcat(text, " "), permissions);
    fclose(maps);
}

static void examine(isolde_space *space, char *text, size_t size) {
    size_t count;
    void *library = isolde_dlopen(space, "./libparts.so", RTLD_NOW);
    struct isolde_image_info *images = isolde_images(space, &count);
    int (*holds)(void) = (int (*)(void))isolde_dlsym(library, "holds_its_content");
    describe((unsigned long)images[0].start, (unsigned long)images[0].end, text, size - 32);
    sprintf(text + strlen(text), ", its content %s", holds() ? "right" : "WRONG");
    isolde_free(images);
}

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int main(void) {
    char first[256], later[256];
    isolde_space *kept[SPACES];
    kept[0] = isolde_space_new(NULL, NULL);
    examine(kept[0], first, sizeof first);
    printf("the first:%s\n", first);
    /* Until the file is believed to be what it was: it has just been made. */
    for (long end = now_ms() + LONG_ENOUGH_MS; now_ms() < end;) {
        isolde_space *space = isolde_space_new(NULL, NULL);
        examine(space, later, sizeof later);
        isolde_space_close(space);
        if (strstr(later, "r--p r-xp") == NULL && strstr(later, "r-xp r--p rw-p,") != NULL)
            break;
    }
    for (int i = 1; i < SPACES; i++) {
        kept[i] = isolde_space_new(NULL, NULL);
        examine(kept[i], later, sizeof later);
    }
    printf("a later one:%s\n", later);
    for (int i = 0; i < SPACES; i++)
        isolde_space_close(kept[i]);
}
