#include <cstdio>

struct noisy {
    int value = 95;
    ~noisy() { std::printf("thread_local destroyed with %d\n", value); }
};

static thread_local noisy held;

extern "C" int hold(void) { return held.value++; }
