#include <pthread.h>

#include "loader.h"

static void *touch(void *library) {
    number(library, "touch");
    return NULL;
}

static long resident_kb(void) {
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (fscanf(statm, "%*d %ld", &pages) != 1)
        return -1;
    fclose(statm);
    return pages * 4;
}

int main(void) {
    pthread_t thread;
    void *library = opened("./libbig.so", RTLD_NOW);
    for (int i = 0; i < 50; i++) {
        pthread_create(&thread, NULL, touch, library);
        pthread_join(thread, NULL);
    }
    printf("after 50 threads above 40 MB: %d\n", resident_kb() > 40 << 10);
    dlclose(library);
    for (int i = 0; i < 50; i++) {
        library = opened("./libbig.so", RTLD_NOW);
        touch(library);
        dlclose(library);
    }
    printf("after 50 opens above 40 MB: %d\n", resident_kb() > 40 << 10);
}
