/* The library that wrapper.cpp opens. */
#include <stdexcept>

extern "C" {
int calls;

int twice(int number) {
    calls++;
    return 2 * number;
}

void call_back(void (*function)()) { function(); }

void fail() { throw std::domain_error("from the plugin"); }
}

__asm__(".globl nothing\n.set nothing, 0");
