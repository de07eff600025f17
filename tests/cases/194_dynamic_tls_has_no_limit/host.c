#include <pthread.h>

#include "loader.h"

enum { SPACES = 2000 };

static int (*bump[SPACES])(void);

static void *use(void *unused) {
    int right = 0;
    for (int i = 0; i < SPACES; i++)
        right += bump[i]() == 41 && bump[i]() == 42;
    printf("right %d\n", right);
    return unused;
}

int main(void) {
    pthread_t thread;
    for (int i = 0; i < SPACES; i++) {
        space *own = new_space();
        void *library = own ? dlopen_in(own, "./libcounter.so", RTLD_NOW) : NULL;
        if (library == NULL)
            return printf("space %d refused: %s\n", i, dlerror()), 0;
        bump[i] = dlsym(library, "bump");
    }
    use(NULL);
    pthread_create(&thread, NULL, use, NULL);
    pthread_join(thread, NULL);
}
