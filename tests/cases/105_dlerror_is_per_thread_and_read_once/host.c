#include <pthread.h>

#include "loader.h"

static void *other_thread(void *unused) {
    printf("other thread before: %s\n", dlerror() ? "a message" : "none");
    dlopen("./libabsent-other.so", RTLD_NOW);
    printf("other thread after: %d\n", strstr(dlerror(), "libabsent-other.so") != NULL);
    return unused;
}

int main(void) {
    pthread_t thread;
    void *library = opened("./libfails.so", RTLD_NOW);
    dlopen("./libabsent-main.so", RTLD_NOW);
    pthread_create(&thread, NULL, other_thread, NULL);
    pthread_join(thread, NULL);
    printf("main: %d\n", strstr(dlerror(), "libabsent-main.so") != NULL);
    printf("read again: %s\n", dlerror() ? "a message" : "none");
    printf("inside %d\n", number(library, "inside"));
}
