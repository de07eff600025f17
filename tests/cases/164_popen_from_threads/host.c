#include <pthread.h>
#include <unistd.h>

#include "loader.h"

static void *library;

static void *work(void *unused) {
    int right = 0;
    for (int i = 0; i < 10; i++) {
        dlclose(opened("./libadd.so", RTLD_NOW));
        right += number(library, "read_back") == 164;
    }
    return right == 10 ? library : unused;
}

int main(void) {
    pthread_t threads[4];
    int right = 0;
    alarm(50);
    library = opened("./libpopen.so", RTLD_NOW);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        right += result != NULL;
    }
    printf("right threads %d\n", right);
}
