/* Eight threads that open, call and close in namespaces of their own. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static void *open_and_close(void *unused) {
    for (int i = 0; i < 10; i++) {
        void *library = dlmopen(LM_ID_NEWLM, "./libwork.so", RTLD_NOW);
        void (*allocate)(int) = (void (*)(int))dlsym(library, "allocate");
        allocate(3);
        dlclose(library);
    }
    return unused;
}

int main(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, open_and_close, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
