/* An image that calls functions which are told who calls: by argument 2, 3 and 4. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

int marker;

static void *marker_here(void *unused) {
    (void)unused;
    return dlsym(RTLD_DEFAULT, "marker");
}

int is_known(void) {
    pthread_t thread;
    void *there = NULL;
    if (pthread_create(&thread, NULL, marker_here, NULL) != 0 || pthread_join(thread, &there) != 0)
        return 0;
    return marker_here(NULL) == &marker && there == &marker &&
           dlvsym(RTLD_DEFAULT, "marker", "NONE") == NULL;
}
