#include <execinfo.h>

__attribute__((noinline)) static int inner(void **frames, int capacity) {
    int count = backtrace(frames, capacity);
    __asm__ volatile("" ::: "memory");
    return count;
}

int outer(void **frames, int capacity) {
    int count = inner(frames, capacity);
    __asm__ volatile("" ::: "memory");
    return count;
}
