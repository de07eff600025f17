#include <pthread.h>

#include "loader.h"

static void *use(void *library) {
    printf("right %d\n", number(library, "use"));
    return NULL;
}

int main(void) {
    pthread_t thread;
    void *library = opened("./libkeys.so", RTLD_NOW);
    printf("made %d\n", number(library, "make"));
    for (int i = 0; i < 2; i++) {
        pthread_create(&thread, NULL, use, library);
        pthread_join(thread, NULL);
        printf("destroyed %d, ", number(library, "destructions"));
        printf("rounds %d\n", number(library, "rounds_of_the_last"));
    }
    use(library);
    printf("renewed %d\n", number(library, "renew_the_last"));
    printf("deleted %d\n", number(library, "deleted_twice"));
    printf("C11 %d\n", number(library, "by_c11"));
}
