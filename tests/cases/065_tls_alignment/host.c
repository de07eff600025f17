#include <pthread.h>

#include "loader.h"

static void *check(void *file) {
    void *library = opened(file, RTLD_NOW);
    printf("%s misplaced %d\n", (char *)file, number(library, "misplaced"));
    return NULL;
}

int main(void) {
    char *files[] = {"./liba64.so", "./liba256.so", "./liba4096.so"};
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        check(files[i]);
        pthread_create(&thread, NULL, check, files[i]);
        pthread_join(thread, NULL);
    }
}
