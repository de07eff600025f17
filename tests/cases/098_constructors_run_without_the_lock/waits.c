#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

static int opened;

static void *open_other(void *unused) {
    void *other = dlopen("libadd.so", RTLD_NOW);
    opened = other != NULL && dlsym(other, "add") != NULL && dlclose(other) == 0;
    return unused;
}

__attribute__((constructor)) static void begin(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, open_other, NULL);
    pthread_join(thread, NULL);
}

int worked(void) { return opened; }
