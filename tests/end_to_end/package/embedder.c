/* Loads libembedding.so, closes it, and then lets a thread end and an exception table be asked. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static void *call(void *embedding) {
    int (*count)(void) = (int (*)(void))dlsym(embedding, "embedded_count");
    printf("counted %d\n", count());
    dlclose(embedding);
    return NULL;
}

int main(void) {
    void *embedding = dlopen("./libembedding.so", RTLD_NOW);
    pthread_t thread;
    if (embedding == NULL)
        return puts(dlerror()), 1;
    pthread_create(&thread, NULL, call, embedding);
    pthread_join(thread, NULL);
    puts("ended");
    return 0;
}
