#include <pthread.h>
#include <unistd.h>

static int destroyed;

struct guard {
    ~guard() { ++destroyed; }
};

extern "C" void *leave(void *) {
    guard g;
    pthread_exit(nullptr);
}

extern "C" void *wait_for_ever(void *) {
    guard g;
    for (;;)
        pause();
}

extern "C" int count(void) { return destroyed; }
