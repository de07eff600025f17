#include <pthread.h>

#include "loader.h"

static void *library;

static void *throw_many(void *unused) {
    for (int i = 0; i < 2000; i++)
        if (number(library, "throw_and_catch") < 0)
            return library;
    return unused;
}

int main(void) {
    pthread_t threads[4];
    int wrong = 0;
    library = opened("./libthrow.so", RTLD_NOW);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, throw_many, NULL);
    for (int i = 0; i < 200; i++)
        dlclose(opened("./libother.so", RTLD_NOW));
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += result != NULL;
    }
    printf("wrong %d\n", wrong);
}
