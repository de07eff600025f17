/* Threads with the smallest stack there is, with the usual one, and with one of the program's. */
#include "../check.h"

#include <limits.h>
#include <pthread.h>
#include <sys/mman.h>

static void *fill(void *size) {
    volatile char room[(size_t)size];
    memset((char *)room, 1, sizeof room);
    return (void *)(size_t)room[sizeof room - 1];
}

static void runs(pthread_attr_t *attributes, size_t room) {
    pthread_t thread;
    void *result = NULL;
    check(pthread_create(&thread, attributes, fill, (void *)room) == 0);
    check(pthread_join(thread, &result) == 0 && result == (void *)1);
}

static void *its_size(void *data) {
    pthread_attr_t attributes;
    check(pthread_getattr_np(pthread_self(), &attributes) == 0);
    check(pthread_attr_getstacksize(&attributes, data) == 0);
    return NULL;
}

int main(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    size_t size, own = 1 << 20;
    check(pthread_attr_init(&attributes) == 0);
    check(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) == 0);
    runs(&attributes, 4000);
    check(pthread_attr_getstacksize(&attributes, &size) == 0 && size == PTHREAD_STACK_MIN);
    check(pthread_attr_setstacksize(&attributes, 1 << 20) == 0);
    runs(&attributes, (1 << 20) - 20000);
    runs(NULL, (8 << 20) - 20000);
    check(pthread_create(&thread, NULL, its_size, &size) == 0 && pthread_join(thread, NULL) == 0);
    check(size >= 8 << 20);
    void *stack = mmap(NULL, own, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(pthread_attr_setstack(&attributes, stack, own) == 0);
    runs(&attributes, own / 2);
    return 0;
}
