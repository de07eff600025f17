#include "header.hpp"

static int alive;
static thread_local counter of_thread(&alive);

extern "C" int add(void) {
    return ++variable * 1000 + ++static_local() * 100 + ++of_template<int>::member * 10 +
           ++of_thread.value;
}

extern "C" int count_alive(void) { return alive; }
