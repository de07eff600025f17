#include <pthread.h>

#include "loader.h"

enum { SPACES = 1000 };

static space *spaces[SPACES];
static void *libraries[SPACES];

static void *use(void *unused) {
    int right = 0;
    for (int i = 0; i < SPACES; i++)
        right += number(libraries[i], "use");
    printf("right %d\n", right);
    return unused;
}

static void round_of_all(void) {
    pthread_t thread;
    int made = 0, destroyed = 0;
    for (int i = 0; i < SPACES; i++) {
        spaces[i] = new_space();
        libraries[i] = dlopen_in(spaces[i], "./libkey.so", RTLD_NOW);
        made += number(libraries[i], "make");
    }
    pthread_create(&thread, NULL, use, NULL);
    pthread_join(thread, NULL);
    for (int i = 0; i < SPACES; i++)
        destroyed += number(libraries[i], "destructions");
    printf("made %d, destroyed %d\n", made, destroyed);
}

static int keys_of_the_host(void) {
    pthread_key_t keys[1024];
    int made = 0;
    while (made < 1024 && pthread_key_create(&keys[made], NULL) == 0)
        made++;
    for (int i = 0; i < made; i++)
        pthread_key_delete(keys[i]);
    return made;
}

int main(void) {
    int before = keys_of_the_host();
    round_of_all();
    printf("the host has 500: %d\n", keys_of_the_host() >= 500);
    for (int i = 0; i < SPACES; i++)
        close_space(spaces[i]);
    printf("as before: %d\n", keys_of_the_host() == before);
    round_of_all();
}
